"""Members and what they allow."""
