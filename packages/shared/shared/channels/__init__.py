"""Accounts on other platforms: what comes in from there, and what is sent there.

What the gateway, which reads, and the workers, which send, both need of it.
"""
