"""Channels: each turns what it receives into a `KonstructMessage`."""
