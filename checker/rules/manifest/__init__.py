"""Rules about manifests: YAML, fields, annotations, what kustomize makes of them."""
