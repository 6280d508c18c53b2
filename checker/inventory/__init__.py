"""The objects of a project, and what a name or an ARN stands for."""
