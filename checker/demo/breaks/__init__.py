"""Ways to break the embedded cell, one for each cause."""
