"""`hansa reconcile and hansa exceptions`: the commands, what they do, and how it is shown."""
