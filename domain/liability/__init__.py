"""What is owed to members: cohorts of points, how many of them will be spent, and what covers them."""
