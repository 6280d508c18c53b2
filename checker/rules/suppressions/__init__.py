"""Rules that keep suppressions and the gate honest."""
