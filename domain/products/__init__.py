"""The product master: what each partner's article numbers stand for, and who makes and supplies them."""
