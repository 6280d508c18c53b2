"""What a change of the manifests does to access: two states of a project, compared role by role."""
