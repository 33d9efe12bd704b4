"""Who owes whom: cycles, statements that open down to their transfers, netting, approval by two persons."""
