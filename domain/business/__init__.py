"""Business members: firms with a wallet that several people use, each by its role."""
