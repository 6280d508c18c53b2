"""The gate: what is judged, by which rules, against which baseline; and its report."""
