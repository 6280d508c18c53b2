"""Collectors: from a cluster and an AWS account to one evidence record, read-only."""
