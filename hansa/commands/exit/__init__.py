"""`hansa exit and hansa wind-down`: the commands, what they do, and how it is shown."""
