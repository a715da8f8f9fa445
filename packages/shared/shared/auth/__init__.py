"""Proving who someone is: passwords, tokens. Nothing here asks what they may do."""
