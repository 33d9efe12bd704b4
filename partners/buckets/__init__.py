"""What callers have left, where every server process sees it."""
