"""The API, as a careless or hostile program uses it."""
