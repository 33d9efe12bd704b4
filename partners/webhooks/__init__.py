"""Webhooks: what happens, sent to partners' own servers, signed, in order and at least once."""
