"""Pages that stand alone: one file, nothing loaded from elsewhere, no text of others that could be markup."""
