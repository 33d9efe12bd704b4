"""`hansa sides`: a firm as maker and as seller."""
