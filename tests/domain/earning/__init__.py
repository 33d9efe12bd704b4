"""Tests of earning."""
