"""The record of what was read, trimmed and redacted, and what follows from it alone."""
