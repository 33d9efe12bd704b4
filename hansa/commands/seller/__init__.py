"""`hansa seller`: who sells where, and what makers may do for them."""
