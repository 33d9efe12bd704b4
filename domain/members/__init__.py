"""Who collects: members, how they are recognised, and their personal data, kept apart."""
