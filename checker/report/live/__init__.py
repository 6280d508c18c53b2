"""What `checker live` shows."""
