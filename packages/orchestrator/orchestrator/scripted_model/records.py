"""Records the scripted model's requests and how its streams ended, in bounded memory."""

import json
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any

MAX_RECORDED_BYTES = 16 * 1024 * 1024
MAX_AUTHORIZATIONS = 100


@dataclass(slots=True)
class Stats:
    requests: int = 0
    """Completions asked for, failed ones included."""
    active: int = 0
    """Answers being given now, delayed ones included."""
    completed: int = 0
    cancelled: int = 0
    """Answers whose client went away before the end."""
    connections: int = 0
    """Connections open now."""


class Records:
    """The newest requests, as many as fit; the counts cover all."""

    def __init__(self) -> None:
        self.stats = Stats()
        self._kept: deque[tuple[bytes, bool]] = deque()
        self._bytes = 0
        self._failed_once: Counter[str] = Counter()
        self.authorizations: deque[str | None] = deque(maxlen=MAX_AUTHORIZATIONS)
        """What came as Authorization, the newest last; shown to nobody over HTTP."""

    def add(self, body: bytes, *, authorized: bool) -> None:
        self.stats.requests += 1
        self._kept.append((body, authorized))
        self._bytes += len(body)
        while self._bytes > MAX_RECORDED_BYTES:
            self._bytes -= len(self._kept.popleft()[0])

    def heard(self, authorization: str | None) -> None:
        self.authorizations.append(authorization)

    def first_time(self, key: str) -> bool:
        """Whether `key` is seen for the first time."""
        self._failed_once[key] += 1
        return self._failed_once[key] == 1

    def requests(self) -> list[dict[str, Any]]:
        """The kept requests, oldest first: each its body, and whether it had an `authorization`."""
        return [json.loads(body) | {"authorization": sent} for body, sent in self._kept]

    def counts(self) -> dict[str, int]:
        return asdict(self.stats)
