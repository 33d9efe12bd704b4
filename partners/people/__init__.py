"""The persons who work for the coalition and its partners."""
