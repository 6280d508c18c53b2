"""What people and machines are shown: a package per command, their formats in one table, one style for all."""
