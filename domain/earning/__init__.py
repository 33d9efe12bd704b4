"""Earning: campaigns, what a basket is worth under them, and what a return takes back."""
