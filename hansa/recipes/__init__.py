"""Programmes written as files: campaigns in words of the trade, read into terms (docs/recipes/README.md)."""
