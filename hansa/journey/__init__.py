"""A year of real baskets, and the coalition that lives through it: what the demo and the replay are made of."""
