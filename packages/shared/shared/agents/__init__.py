"""Employees: hiring and changing them."""
