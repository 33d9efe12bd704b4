"""The authorization server: tokens, keys, and what it publishes about itself."""
