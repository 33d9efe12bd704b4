"""`hansa course`: what sellers learn, and how it went."""
