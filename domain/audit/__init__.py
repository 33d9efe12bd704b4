"""Prove the books."""
