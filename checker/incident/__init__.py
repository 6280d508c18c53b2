"""An incident from an index or an alert to its diagnoses."""
