"""When a worker calls itself deaf, and when it must not."""

import math
from dataclasses import dataclass, field

import pytest
from orchestrator.consumer_watchdog import ConsumerWatchdog

LATER_S = 100.0


@dataclass
class Worker:
    """One that looks at what waits for it; `left` counts how often it wanted to leave."""

    taken: int = 0
    has_room: bool = True
    left: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.watchdog = ConsumerWatchdog(self, leave=lambda: self.left.append(1))

    def looks(self, *waiting: float) -> None:
        for number, length in enumerate(waiting):
            self.watchdog.look(length, number * LATER_S)


def test_a_worker_that_takes_nothing_while_tasks_wait_leaves() -> None:
    worker = Worker()
    worker.looks(3, 3)
    assert worker.watchdog.is_deaf
    assert worker.left == [1]


def test_it_leaves_once() -> None:
    worker = Worker()
    worker.looks(3, 3, 3, 3)
    assert worker.left == [1]


@pytest.mark.parametrize(
    "waiting",
    [
        pytest.param((0, 0, 0), id="nothing waits: nobody needs it"),
        pytest.param((3, 0, 3), id="others took what waited"),
        pytest.param((math.nan, math.nan, math.nan), id="nobody knows what waits"),
        pytest.param((3, math.nan, 3), id="Valkey was away meanwhile"),
        pytest.param((3,), id="for a moment only"),
    ],
)
def test_it_does_not_leave_without_reason(waiting: tuple[float, ...]) -> None:
    worker = Worker()
    worker.looks(*waiting)
    assert worker.left == []


def test_it_stays_while_something_comes() -> None:
    worker = Worker()
    for number in range(5):
        worker.taken += 1
        worker.watchdog.look(3, number * LATER_S)
    assert worker.left == []


def test_it_stays_while_its_hands_are_full() -> None:
    worker = Worker(has_room=False)
    worker.looks(3, 3, 3, 3)
    assert worker.left == []
