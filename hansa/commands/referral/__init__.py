"""`hansa referral`: programmes by which members bring friends."""
