"""`hansa survey`."""
