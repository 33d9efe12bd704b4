"""The flows driven by programs that others wrote, and the ways in which they must fail."""
