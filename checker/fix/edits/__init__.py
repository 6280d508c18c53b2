"""Edits of text: from a patch of a value to the bytes that change."""
