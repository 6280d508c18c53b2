"""What `checker static` shows."""
