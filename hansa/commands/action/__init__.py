"""`hansa action`: the types of actions that partners record."""
