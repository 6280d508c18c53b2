"""From an index or an alert to the diagnoses."""
