"""Documents as people and their programs keep them: PDF, CSV and Parquet of statements, invoices and bookings."""
