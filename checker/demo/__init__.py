"""An embedded cell: a small Kubernetes API, AWS by moto, and a stand-in for the ACK controller, all on loopback."""
