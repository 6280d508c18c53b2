"""A first configuration and requirement, from what a repository (and perhaps a cluster) has."""
