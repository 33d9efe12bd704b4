"""Payments, and what the bank says became of them."""
