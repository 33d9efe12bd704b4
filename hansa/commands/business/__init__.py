"""`hansa business`: firms as members, whom partners serve."""
