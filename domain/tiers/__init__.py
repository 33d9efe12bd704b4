"""Tiers: programmes, what members have come to in them, and why."""
