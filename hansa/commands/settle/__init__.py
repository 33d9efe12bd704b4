"""`hansa settle`: the commands, what they do, and how it is shown."""
