"""Trials: samples of a product in the hands of members that were chosen, and what they say of it."""
