"""What was measured, as JSON and as tables for people."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.alone import Alone
from benchmarks.crowd import Crowd
from benchmarks.figures import median, p95
from benchmarks.round_trips import Counts
from benchmarks.stages import STAGES, TYPING, Times
from benchmarks.ways import WAYS

WIDTH = 38


@dataclass(frozen=True)
class Measured:
    """Everything of one run; each mapping is by way."""

    messages: int
    people: int
    alone: Alone
    stages: Mapping[str, Times]
    crowds: Mapping[str, Crowd]
    counts: Mapping[str, Counts]


def as_json(measured: Measured) -> dict[str, Any]:
    figures: dict[str, Any] = {"messages": measured.messages, "people": measured.people}
    for kind in WAYS:
        name, crowd = kind.name, measured.crowds[kind.name]
        figures[name] = {
            "median_ms": median(measured.alone.ms(name)),
            "p95_ms": p95(measured.alone.ms(name)),
            "stages_ms": measured.stages[name],
            "answers_per_s": median(crowd.rates),
            "rounds_answers_per_s": crowd.rates,
            "crowd_median_ms": median(crowd.waits_ms),
            "crowd_p95_ms": p95(crowd.waits_ms),
            "cpu_ms_per_answer": crowd.cpu_ms_per_answer(),
            "per_message": measured.counts[name],
        }
    ours, floor = (figures[kind.name] for kind in WAYS)
    figures["ratio_of_medians"] = ours["median_ms"] / floor["median_ms"]
    figures["ratio_of_rates"] = ours["answers_per_s"] / floor["answers_per_s"]
    return figures


def as_text(measured: Measured) -> str:
    figures = as_json(measured)
    ours, floor = (figures[kind.name] for kind in WAYS)
    lines = [
        f"\nOne person, a model that answers at once: send to `response` ({measured.messages}"
        " messages each, in turns)",
        _row("", *(kind.title for kind in WAYS)),
        _row("median, ms", ours["median_ms"], floor["median_ms"]),
        _row("p95, ms", ours["p95_ms"], floor["p95_ms"]),
        _row("ratio of the medians", f"{figures['ratio_of_medians']:.2f} x"),
        "\nWhere the time goes (median of each stage, ms)",
    ]
    for stage in STAGES:
        indent = "  " if stage == TYPING else ""
        lines.append(
            _row(indent + stage, ours["stages_ms"].get(stage), floor["stages_ms"].get(stage))
        )
    lines += [
        f"\n{measured.people} people at once, each asking again when answered",
        _row("answers a second", ours["answers_per_s"], floor["answers_per_s"]),
        _row("median wait, ms", ours["crowd_median_ms"], floor["crowd_median_ms"]),
        _row("p95 wait, ms", ours["crowd_p95_ms"], floor["crowd_p95_ms"]),
        _row("ratio of the rates", f"{figures['ratio_of_rates']:.2f} x"),
        "\nCPU of one answer with so many at once, ms",
    ]
    cpu, bare_cpu = ours["cpu_ms_per_answer"], floor["cpu_ms_per_answer"]
    lines += [_row(part, cpu[part], bare_cpu[part]) for part in cpu]
    lines.append("\nWhat one message asks of the servers")
    counts, bare_counts = ours["per_message"], floor["per_message"]
    lines += [
        _row(what.replace("_", " "), f"{counts[what]:g}", f"{bare_counts[what]:g}")
        for what in counts
    ]
    return "\n".join(lines)


def _row(title: str, *values: str | float | None) -> str:
    return f"  {title:<{WIDTH}}" + "".join(f"{_cell(value):>15}" for value in values)


def _cell(value: str | float | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.2f}"
