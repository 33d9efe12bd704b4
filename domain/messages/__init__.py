"""What members and partners' people are told: written from what happened, read in an inbox, mailed as they like."""
