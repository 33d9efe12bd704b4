"""Service: what makers tell of products, what members have of them, and cases about them."""
