"""AWS's actions, resource types and condition keys."""
