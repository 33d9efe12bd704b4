"""Documents, numbers and bookings."""
