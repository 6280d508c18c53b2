"""Rules about conditions of statements."""
