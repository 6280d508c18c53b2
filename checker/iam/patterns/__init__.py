"""Patterns with wildcards, and the languages they stand for."""
