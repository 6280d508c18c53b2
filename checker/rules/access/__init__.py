"""Rules about what roles may do, against requirements."""
