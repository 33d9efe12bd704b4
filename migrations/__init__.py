"""The database's history: how it came to its present form, one step a file."""
