"""Settlement, pure and against the database."""
