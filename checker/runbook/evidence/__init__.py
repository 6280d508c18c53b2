"""What the causes look at: refusals, delivery, trust, keys, pods, the log."""
