"""From a finding to a proven plan, and what it does to access."""
