"""Policy as code: what selected roles must be able to do, and what they must not."""
