"""Who can do something, for people and for machines."""
