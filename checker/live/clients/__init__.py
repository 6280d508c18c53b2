"""How AWS and the cluster are reached."""
