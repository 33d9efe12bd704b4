"""What campaigns would have come to over past purchases, rated in columns; equal to the tills' rating to the point."""
