"""Source text: files, YAML nodes, JSON inside scalars, and the places of all of them. Imports nothing of ours."""
