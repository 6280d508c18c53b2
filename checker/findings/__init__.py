"""What a rule finds: a problem, its place, its severity, what suppresses it."""
