"""What a log says: its layouts, events, and which lines are success, failure or trouble."""
