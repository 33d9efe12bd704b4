"""API clients: registering them, their keys and their ceilings."""
