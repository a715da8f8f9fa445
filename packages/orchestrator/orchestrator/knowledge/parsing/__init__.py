"""Reads documents, one module a format. It runs in a child process of its own and has no network,
no files and little memory: what a document makes it do, happens there. See knowledge/parse.py."""
