"""A Konstruct process that tells what it holds: `python -m chaos.inside gateway`, else as ever.

A thread answers whoever connects to the socket `inside` in its directory with one JSON object.
"""

import asyncio
import gc
import json
import runpy
import socket
import sys
import threading
from pathlib import Path

SOCKET = "inside"


def look() -> dict[str, int]:
    """Tasks that are not done, threads, and in a gateway sockets and subscriptions."""
    tasks = [thing for thing in gc.get_objects() if type(thing) is asyncio.Task]
    counted = {
        "tasks": sum(not task.done() for task in tasks),
        "threads": threading.active_count(),
    }
    gateway = sys.modules.get("gateway.main")
    if gateway is not None:
        counted["sockets"] = len(gateway.app.state.sockets)
        counted["subscriptions"] = gateway.app.state.fanout.channels
    return counted


def _answer_for_ever(listening: socket.socket) -> None:
    while True:
        asking, _ = listening.accept()
        with asking:
            asking.sendall(json.dumps(look()).encode())


def main() -> None:
    path = Path(SOCKET)
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(str(path))
    listening.listen()
    threading.Thread(
        target=_answer_for_ever, args=(listening,), name="chaos-inside", daemon=True
    ).start()
    runpy.run_module("konstruct", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
