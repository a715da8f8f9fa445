"""Accounts whose platform tells us nothing are listened to: one listener an account, by lease."""
