"""Where one run's time goes, told once at its end: as figures, as one line in the log, as a trace.

Stages follow one another: claim, context, model, store, publish. Before them the run was `queued`;
`first_token` is the first part of `model`.
"""

import time
from dataclasses import dataclass, field
from typing import Any

from shared.telemetry.tracing import NOTHING, Span, span

from orchestrator import metrics


@dataclass(slots=True)
class Timeline:
    """Begins when it is made, which is when the nudge is taken up."""

    queued_s: float = 0.0
    """From the message's commit to the claim, by the database's clock."""
    pieces: int = 0
    """Pieces of text the model's answer came in."""
    stages: dict[str, tuple[float, float]] = field(default_factory=dict)
    """When each began and ended, on the monotonic clock."""
    span: Span = NOTHING
    """The run in its trace, once it is known whose that is."""
    _last: float = field(default_factory=time.monotonic)
    _began: float = field(default_factory=time.monotonic)

    def trace(self, parent: object, **ids: Any) -> None:
        """Continue the trace in which the message came in."""
        self.span = span("worker.run", "consumer", parent=parent, began_at=self._began, **ids)

    def end_trace(self, **what_became: Any) -> None:
        self.span.set(**what_became)
        for stage, (began, ended) in self.stages.items():
            self.span.part(stage, began, ended)
        self.span.end()

    def end_of(self, stage: str) -> None:
        """The stage that began where the last one ended is over."""
        now = time.monotonic()
        self.stages[stage] = (self._last, now)
        self._last = now

    def heard_piece(self) -> None:
        """The model gave some text."""
        self.pieces += 1
        if self.pieces == 1:
            self.stages["first_token"] = (self._last, time.monotonic())

    def seconds(self) -> dict[str, float]:
        """How long each stage took."""
        took = {stage: ended - began for stage, (began, ended) in self.stages.items()}
        return {"queued": self.queued_s, **took}

    def count(self) -> dict[str, float]:
        """Add the run to the figures; its stages in milliseconds, for the log."""
        seconds = self.seconds()
        for stage, took in seconds.items():
            metrics.took(stage, took)
        return {f"{stage}_ms": round(took * 1000, 1) for stage, took in seconds.items()}
