"""The terminal: where output goes, the bar that tells of progress, completions."""
