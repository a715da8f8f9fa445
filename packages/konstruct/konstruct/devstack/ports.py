"""TCP ports on this machine: finds free ones, and remembers the one each part got.

A remembered port stays the same between starts, so that addresses handed out keep working, as long
as no other program has taken it meanwhile.
"""

import socket
from pathlib import Path

from konstruct.devstack.private_file import write_private

LOOPBACK = "127.0.0.1"
SOME_PORT = 0
"""The system chooses a free one."""
_HIGHEST = 65535


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a former server's connections in TIME_WAIT do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that was free a moment ago."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def kept_port(memory: Path) -> int:
    """The port remembered in this file if it is still free; else a free one, remembered."""
    try:
        remembered = int(memory.read_text())
    except (FileNotFoundError, ValueError):
        remembered = 0
    if 0 < remembered <= _HIGHEST and is_free(remembered):
        return remembered
    port = free_port()
    write_private(memory, str(port))
    return port
