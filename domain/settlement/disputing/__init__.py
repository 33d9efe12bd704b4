"""A line of a statement is disputed: raised, answered, escalated, decided or withdrawn, and what that does to money."""
