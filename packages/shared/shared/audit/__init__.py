"""What was done by whom, kept where nobody can change it."""
