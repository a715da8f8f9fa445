"""What seeing inside costs: each figure, and all that one message pays, at the gateway and worker.

python -m benchmarks.seeing
"""

import time
from collections.abc import Callable
from uuid import uuid4

from gateway import metrics as of_gateway
from gateway.channels import web  # noqa: F401 - registers all of the gateway
from orchestrator import metrics as of_worker
from orchestrator.llm import Usage
from orchestrator.pipeline.timeline import Timeline
from shared.telemetry import metrics
from shared.telemetry.exposition import render
from shared.telemetry.tracing import span

TURNS = 20_000
TOKENS = 100
"""Pieces of text in the message that is reckoned with."""


def nanoseconds(work: Callable[[], object], turns: int = TURNS) -> float:
    """Of CPU, for one turn; the best of five."""
    best = float("inf")
    for _ in range(5):
        began = time.process_time_ns()
        for _ in range(turns):
            work()
        best = min(best, (time.process_time_ns() - began) / turns)
    return best


def at_the_gateway() -> None:
    """A message from frame to answer, without its text."""
    clock = of_gateway.AnswerClock()
    span("gateway.message", "server", began_at=0.0, message_id="m", tenant_id="t")
    clock.asked("m", time.monotonic())
    metrics.NUDGES_WAITING.inc()
    metrics.NUDGES_WAITING.dec()
    metrics.NUDGE_SENT.inc()
    clock.sent({"type": "delta", "reply_to": "m"})
    clock.sent({"type": "response", "reply_to": "m", "status": "complete"})


def at_the_worker() -> None:
    """A run from claim to answer, without its text."""
    timeline = Timeline()
    for stage in ("claim", "context"):
        timeline.end_of(stage)
    of_worker.claimed(1)
    timeline.trace(None, run_id="r", message_id="m", tenant_id="t", attempt=1)
    timeline.heard_piece()
    for stage in ("model", "store", "publish"):
        timeline.end_of(stage)
    of_worker.finished("complete", None, Usage(100, 100), 1)
    timeline.end_trace(status="complete")
    timeline.count()


def main() -> None:
    timeline, clock = Timeline(), of_gateway.AnswerClock()
    clock.asked(str(uuid4()), time.monotonic())
    delta = {"type": "delta", "reply_to": "another"}
    per_token = nanoseconds(timeline.heard_piece), nanoseconds(lambda: clock.sent(delta))
    rows = {
        "one counter's inc": nanoseconds(metrics.NUDGE_SENT.inc),
        "one histogram's observe": nanoseconds(lambda: of_worker.took("model", 1.5)),
        "a span, with tracing off": nanoseconds(lambda: span("x", "server", message_id="m")),
        "one piece of text, worker": per_token[0],
        "one piece of text, gateway": per_token[1],
        "one message, gateway": nanoseconds(at_the_gateway, 2_000),
        "one message, worker": nanoseconds(at_the_worker, 2_000),
    }
    for name, cost in rows.items():
        print(f"{name:34} {cost / 1000:8.2f} µs")
    whole = rows["one message, gateway"] + rows["one message, worker"] + TOKENS * sum(per_token)
    print(f"{f'all of it, {TOKENS} pieces':34} {whole / 1000:8.2f} µs")
    print(f"{'one scrape':34} {nanoseconds(lambda: render(None), 20) / 1000:8.2f} µs")


if __name__ == "__main__":
    main()
