"""`hansa bonus`: bonus schemes, their statements, and what firms sold on."""
