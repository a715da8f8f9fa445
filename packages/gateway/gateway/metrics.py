"""A gateway's metrics.

`AnswerClock` measures how long a person waits: from the moment their message arrived until the
first text, and until the whole answer, leaves on the same socket.
"""

import time
from typing import Any

from prometheus_client import Counter, Gauge, Histogram

SOCKETS = Gauge("konstruct_sockets", "Authenticated sockets open on this gateway.")
SOCKETS_OPENED = Counter("konstruct_sockets_opened_total", "Sockets that passed the handshake.")
SOCKETS_DROPPED = Counter(
    "konstruct_sockets_dropped_total",
    "Sockets dropped because their client did not take what was sent to it.",
    ["reason"],
)
MESSAGES_ACCEPTED = Counter(
    "konstruct_messages_accepted_total", "Messages of people, stored and acknowledged."
)
ACCEPT = Histogram(
    "konstruct_message_accept_seconds",
    "From a message's frame to its acknowledgement on the socket's queue.",
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
FIRST_TOKEN = Histogram(
    "konstruct_first_token_seconds",
    "From a message's frame to the first text of its answer going out.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60),
)
ANSWER = Histogram(
    "konstruct_answer_seconds",
    "From a message's frame to its outcome going out.",
    ["status"],
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 13, 20, 30, 60, 120, 180),
)
CATCH_UPS = Counter(
    "konstruct_catch_ups_total",
    "Times a socket read PostgreSQL for what it had not had: at its begin, or again.",
    ["when"],
)
REFUSALS = Counter(
    "konstruct_refusals_total",
    "Frames, sockets and REST calls refused, by the error's code.",
    ["reason"],
)
INBOUND = Counter(
    "konstruct_inbound_total",
    "Events of platforms by what came of them: message, known, in_time, too_late, lifecycle.",
    ["channel", "became"],
)
INBOUND_IGNORED = Counter(
    "konstruct_inbound_ignored_total",
    "Events of platforms that nothing was stored of, by the reason.",
    ["channel", "reason"],
)
INBOUND_REFUSED = Counter(
    "konstruct_inbound_refused_total",
    "Requests that did not prove their platform, or spoke of another account.",
    ["channel", "reason"],
)
RESUBSCRIPTIONS = Counter(
    "konstruct_resubscriptions_total",
    "Channels subscribed to again after the connection to Valkey was lost.",
)
SUBSCRIPTIONS_LOST = Counter(
    "konstruct_subscriptions_lost_total",
    "Times this gateway's connection to Valkey for hearing ended: lost, or deaf.",
    ["reason"],
)

CANARY_UP = Gauge(
    "konstruct_canary_up",
    "1 while a task goes the whole way of a message and back in time: broker, worker, pub-sub.",
)
CANARY_OUT = Gauge("konstruct_canary_out_seconds", "How long no canary has come back; 0 if all.")
CANARY_ROUND_TRIP = Histogram(
    "konstruct_canary_round_trip_seconds",
    "How long canaries took.",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)

LOST, DEAF = SUBSCRIPTIONS_LOST.labels("lost"), SUBSCRIPTIONS_LOST.labels("deaf")
DROPPED_SLOW = SOCKETS_DROPPED.labels("reads_too_slowly")
DROPPED_FULL = SOCKETS_DROPPED.labels("queue_full")
CAUGHT_UP_FIRST = CATCH_UPS.labels("begin")
CAUGHT_UP_AGAIN = CATCH_UPS.labels("again")
KINDS_OF_ANSWER = ("complete", "stopped", "failed")
_ANSWERED = {status: ANSWER.labels(status) for status in KINDS_OF_ANSWER}
CLOCKED_AT_MOST = 64


def refused(code: str) -> None:
    """Count a refusal. Codes are our own words, so there are few label values."""
    REFUSALS.labels(code).inc()


class AnswerClock:
    """Times of one socket's messages that are not answered yet."""

    __slots__ = ("_asked", "_begun")

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}
        self._begun: set[str] = set()

    def asked(self, message_id: str, came_at: float) -> None:
        """A message was accepted; it arrived at `came_at` by the monotonic clock."""
        now = time.monotonic()
        MESSAGES_ACCEPTED.inc()
        ACCEPT.observe(now - came_at)
        if len(self._asked) < CLOCKED_AT_MOST:
            self._asked[message_id] = came_at

    def sent(self, frame: dict[str, Any]) -> None:
        """A frame of the conversation was sent."""
        if not self._asked:
            return
        if frame["type"] == "reset":
            self._asked.clear()
            self._begun.clear()
            return
        reply_to = frame.get("reply_to")
        came_at = self._asked.get(str(reply_to))
        if came_at is None:
            return
        answered = _ANSWERED.get(frame.get("status", ""))
        begins = frame["type"] == "delta" or (answered is not None and frame.get("text"))
        if begins and reply_to not in self._begun:  # a short answer may come whole, without deltas
            self._begun.add(str(reply_to))
            FIRST_TOKEN.observe(time.monotonic() - came_at)
        if answered is not None:
            del self._asked[str(reply_to)]
            self._begun.discard(str(reply_to))
            answered.observe(time.monotonic() - came_at)
