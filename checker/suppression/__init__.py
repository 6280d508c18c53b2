"""Findings that somebody decided to live with, by comment, annotation, configuration or baseline; never silently."""
