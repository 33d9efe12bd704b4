"""What a cycle's statements are before the law: numbered invoices, self-billed documents, notes, and the bookings."""
