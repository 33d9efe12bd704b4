"""The public contract: what of the domain the world sees, in words."""
