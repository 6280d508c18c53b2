"""Policy documents: syntax, operators, variables, context."""
