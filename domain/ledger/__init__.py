"""The books: wallets, entries, transfers, lots, holds. Everything else is derived from transfers."""
