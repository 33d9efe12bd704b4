"""Coupons and vouchers: money off at the till, promised by one partner, taken by others, paid by its sponsors."""
