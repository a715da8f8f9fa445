"""uvicorn's protocols, with the bounds they leave out, and leaner where a socket is idle.

What has begun must come to its end. uvicorn waits for ever for a request, for a message in pieces
and for a client that takes nothing, and gathers whatever comes; `unfinished.py` looks at each.

What is used of uvicorn and websockets they promise nothing about: every name is listed in
tests/architecture/test_borrowed_internals.py.
"""
