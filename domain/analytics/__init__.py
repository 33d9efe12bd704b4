"""What came of it: figures over many members, none of which names one."""
