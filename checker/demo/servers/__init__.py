"""The servers of the embedded cell: a small Kubernetes API, and AWS by moto."""
