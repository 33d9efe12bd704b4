"""Small functions that make what tests need by using the domain, so that test data cannot be illegal."""
