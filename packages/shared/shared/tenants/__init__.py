"""Businesses: their names, their quotas, their rate limits."""
