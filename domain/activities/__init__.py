"""Joint activities: tastings, presentations and events of several partners, with places and shared costs."""
