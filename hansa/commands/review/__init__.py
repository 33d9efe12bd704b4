"""`hansa review`: what members say of products, and who lets it be read."""
