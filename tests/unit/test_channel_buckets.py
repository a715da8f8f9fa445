"""How fast may be sent: half full at first, never more than a burst, each conversation its own."""

import pytest
from orchestrator.channels.adapter import Rate
from orchestrator.channels.sending.buckets import Buckets
from orchestrator.channels.sending.one import LONGEST_PAUSE_S, pause_s


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def taken(buckets: Buckets, place: str) -> int:
    """How many leave at once."""
    count = 0
    while buckets.account_wait_s() == 0 and buckets.place_wait_s(place) == 0:
        buckets.take(place)
        count += 1
    return count


def test_it_begins_half_full_and_fills_with_time() -> None:
    clock = Clock()
    buckets = Buckets(Rate(10, 20), Rate(100, 100), clock)
    assert taken(buckets, "mia") == 10
    assert buckets.account_wait_s() == pytest.approx(0.1)
    clock.now += 0.5
    assert taken(buckets, "mia") == 5
    clock.now += 3600
    assert taken(buckets, "mia") == 20, "an hour's quiet allows no more than one burst"


def test_a_conversation_that_was_sent_to_much_leaves_room_for_others() -> None:
    clock = Clock()
    buckets = Buckets(Rate(100, 100), Rate(1, 4), clock)
    assert taken(buckets, "mia") == 2
    assert taken(buckets, "tom") == 2


def test_pauses_grow_and_never_end_for_all_at_once() -> None:
    assert pause_s(0) <= 0.5
    assert LONGEST_PAUSE_S / 2 <= pause_s(40) <= LONGEST_PAUSE_S
    assert len({pause_s(3) for _ in range(20)}) > 1
