"""One request decided: conditions, principals, statements, layers."""
