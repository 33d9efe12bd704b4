"""`hansa claim`: what members ask to be paid for, with proof."""
