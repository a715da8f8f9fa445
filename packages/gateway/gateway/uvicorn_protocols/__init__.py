"""uvicorn's protocols with the bounds they lack, and with less memory for an idle socket.

uvicorn waits for ever for a request, for a fragmented message and for a client that reads nothing,
and buffers whatever comes. Here `unfinished.py` ends all of that.

We use internals of uvicorn and websockets. tests/architecture/test_borrowed_internals.py lists
every name.
"""
