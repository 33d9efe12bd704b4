"""`hansa reward`: what members get for points."""
