"""Policy-as-code compliance checker for ACK IAM roles."""

__version__ = "0.1.0"
