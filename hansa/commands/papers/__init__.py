"""`hansa statement, invoices, invoice and journal`: the commands, what they do, and how it is shown."""
