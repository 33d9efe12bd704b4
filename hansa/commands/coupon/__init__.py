"""`hansa coupon`: the commands, what they do, and how it is shown."""
