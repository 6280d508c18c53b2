"""Rules about statements of policies."""
