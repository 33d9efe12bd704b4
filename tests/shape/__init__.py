"""Style as tests: what a reader may rely on everywhere."""
