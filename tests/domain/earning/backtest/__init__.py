"""Tests of the look back over past purchases."""
