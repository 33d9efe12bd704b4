"""Commands of the command line, a folder for each noun that has several parts."""
