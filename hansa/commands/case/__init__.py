"""`hansa case`: questions and troubles of members and customers."""
