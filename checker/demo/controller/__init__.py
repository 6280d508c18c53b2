"""The stand-in for the ACK IAM controller."""
