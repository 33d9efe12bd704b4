"""Tests of the product master."""
