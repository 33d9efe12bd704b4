"""The money of those who leave: what is still out, the last settlement, and the end of a coalition."""
