"""`hansa trade-in`: schemes by which members hand old items in."""
