"""Reviews of products: written by members, moderated, read by everybody, and earning once."""
