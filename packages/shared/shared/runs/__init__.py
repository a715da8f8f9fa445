"""Runs: the durable record that a message must be answered, and the workers that answer."""
