"""Who may, in which transaction, through which loader."""
