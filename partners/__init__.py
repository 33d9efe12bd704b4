"""Who is asking: clients, keys, tokens, scopes, webhooks and partner files."""
