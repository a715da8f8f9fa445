"""The clock of this process's senders, to be put forward: what waits an hour waits a moment."""

import time
from types import SimpleNamespace

import psycopg
import pytest
from orchestrator.channels.sending import sender, senders

LOOK_S = 0.1
"""Of senders that nobody tells."""
_LATER = (
    "UPDATE channel_connections SET not_before = not_before - {0}",
    "UPDATE connection_leases SET until = until - {0}",
    "UPDATE deliveries SET not_before = not_before - {0}, created_at = created_at - {0}",
)


class SendersClock:
    """Theirs, and PostgreSQL's as they see it."""

    def __init__(self, superuser: psycopg.Connection, patch: pytest.MonkeyPatch) -> None:
        self._superuser = superuser
        self._ahead_s = 0.0
        clock = SimpleNamespace(monotonic=lambda: time.monotonic() + self._ahead_s)
        for module in (sender, senders):
            patch.setattr(module, "time", clock)
        patch.setattr(senders, "LOOK_EVERY_S", LOOK_S)
        patch.setattr(sender, "LOOK_AGAIN_S", LOOK_S)

    def put_forward(self, seconds: float) -> None:
        self._ahead_s += seconds
        for statement in _LATER:
            self._superuser.execute(statement.format(f"interval '{seconds} s'").encode())
