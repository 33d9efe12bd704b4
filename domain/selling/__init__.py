"""Sellers, what they learn, and what they sell."""
