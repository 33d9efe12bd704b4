"""Partners' own files, held against the ledger: what is on both sides, on one alone, or differs."""
