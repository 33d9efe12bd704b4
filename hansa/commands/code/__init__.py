"""Commands about codes in packs."""
