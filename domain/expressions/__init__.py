"""The language of conditions: a part of CEL, typed, compiled to rows and to columns."""
