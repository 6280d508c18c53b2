"""What people and machines are shown: one room a command, their formats in one table, and one style for all."""
