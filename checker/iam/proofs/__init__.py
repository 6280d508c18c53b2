"""Whole regions of requests decided: proofs, grants, comparisons, trust."""
