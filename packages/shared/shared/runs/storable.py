"""Values as PostgreSQL's JSON takes them, and small enough to be kept.

What a model writes and what a tool gives may hold what JSONB refuses, or spells much longer than it
was. Storing it must not fail after the tool has acted, so it is changed as little as need be.
"""

import json
from typing import Any

MOST_DIGITS = 10**16
CUT = " … [cut: the result was too long]"


def storable(value: Any) -> Any:
    """Plain JSON: no NUL, no half of a surrogate pair, no number that is spelled at length."""
    match value:
        case None | bool():
            return value
        case str():
            return value.replace("\0", "").encode("utf-8", "replace").decode()
        case int():
            return value if abs(value) < MOST_DIGITS else str(value)
        case float():
            return value if value == 0 or 1e-9 < abs(value) < MOST_DIGITS else str(value)
        case dict():
            return {storable(str(name)): storable(each) for name, each in value.items()}
        case list() | tuple():
            return [storable(each) for each in value]
        case _:
            return storable(str(value))


def bounded(value: Any, most_bytes: int) -> Any:
    """A storable value, or the beginning of its text if it is larger than `most_bytes`."""
    if _size(value) <= most_bytes:
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    keep = most_bytes
    while _size(cut := text[:keep] + CUT) > most_bytes:
        keep = keep * 3 // 4
    return cut


def _size(value: Any) -> int:
    """As JSONB spells it."""
    return len(json.dumps(value, ensure_ascii=False).encode())
