"""From the evidence record to the cause: one module a cause, each a pure function of what was read."""
