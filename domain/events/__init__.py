"""What happened, told to the partners it concerns, in order and once."""
