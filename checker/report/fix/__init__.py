"""What `checker fix` shows."""
