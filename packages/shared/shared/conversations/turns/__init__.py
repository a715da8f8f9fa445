"""A turn of a conversation, on every message's way: asked, claimed, ended.

Each function is one transaction in one round trip. Locks are taken in the order of all who change
a conversation: the conversation, then its runs.
"""
