"""Valkey: its client, the batch that all commands leave in, and what is published."""
