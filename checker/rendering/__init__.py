"""What the tools that render manifests make of the files of a project; the only room that runs them."""
