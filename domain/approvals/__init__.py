"""What one person asked for and a second has to agree to."""
