"""`hansa prepaid and hansa exposure`: the commands, what they do, and how it is shown."""
