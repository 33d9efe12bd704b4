"""`hansa message`: the commands, what they do, and how it is shown."""
