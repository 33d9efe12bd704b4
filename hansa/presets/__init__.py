"""Whole programmes as files, and how a coalition is made of one (docs/presets.md)."""
