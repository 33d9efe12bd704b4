"""Disputes of statement lines."""
