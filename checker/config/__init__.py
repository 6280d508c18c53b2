"""checker.yaml, and what the command line and it choose together."""
