"""Trade-in: members hand old items in, and get credit for them, now or when they are sold."""
