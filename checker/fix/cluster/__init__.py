"""From a diagnosis to the manifest that cures it, and from there into the cluster."""
