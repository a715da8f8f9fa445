"""Deliveries leave: one sender an account, by lease (docs/decisions/0033)."""
