"""The record as a case: who asks for what, with which role, and what the log says."""
