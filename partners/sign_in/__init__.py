"""Signing in: links, sessions, cookies and the pages for it."""
