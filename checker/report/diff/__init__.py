"""What `checker diff` shows."""
