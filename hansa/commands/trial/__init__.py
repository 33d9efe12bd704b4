"""`hansa trial`: samples in the hands of members that were chosen."""
