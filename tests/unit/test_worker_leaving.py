"""A worker that is told to leave is waited for as long as its drain is allowed to take."""

from concurrent.futures import Future

import pytest
from orchestrator import worker


class Leaving(Future[None]):
    waited_s: float | None = None

    def result(self, timeout: float | None = None) -> None:
        self.waited_s = timeout


def test_a_longer_drain_is_waited_for(settings_of_its_own: pytest.MonkeyPatch) -> None:
    """Answers begun are finished before a container's worker goes."""
    settings_of_its_own.setenv("KONSTRUCT_DRAIN_TIMEOUT_S", "60")
    leaving = Leaving()
    worker._await_leaving(leaving)
    assert leaving.waited_s is not None
    assert leaving.waited_s > 60
