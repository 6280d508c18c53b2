"""What is asked of the cluster and of AWS, one subject a module."""
