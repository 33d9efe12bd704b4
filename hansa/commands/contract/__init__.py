"""`hansa contract and hansa company`: the commands, what they do, and how it is shown."""
