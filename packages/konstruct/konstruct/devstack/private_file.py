"""Small files that only their owner can read, written whole or not at all.

A file is written beside its place with mode 0600 and then renamed. So a crash or a full disk leaves
the former content, and at no moment can others read it.
"""

import os
import secrets
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600


def write_private(path: Path, text: str) -> None:
    """Replace the file's content. Raises OSError if the directory cannot be written."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def open_private(path: Path, *, append: bool) -> BinaryIO:
    """Open a file that grows, for instance a log, readable by us alone."""
    kind = os.O_APPEND if append else os.O_TRUNC
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | kind, PRIVATE), "wb")


def kept_secret(path: Path) -> str:
    """The secret in this file; a new random one the first time."""
    if not path.exists():
        write_private(path, secrets.token_urlsafe(32))
    return path.read_text().strip()
