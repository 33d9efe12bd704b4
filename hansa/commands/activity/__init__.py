"""`hansa activity`: tastings, presentations and events that partners hold together."""
