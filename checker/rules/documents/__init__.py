"""Rules about policy documents as a whole."""
