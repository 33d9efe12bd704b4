"""`hansa registration`: what makers tell of products, and how many are registered."""
