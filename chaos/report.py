"""What a run came to, as a table for people and as JSON for scripts."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

COLUMNS = (("row", 3), ("scenario", 34), ("figure", 58), ("expected", 36), ("verdict", 7))
GAP = "  "


@dataclass
class Result:
    """One scenario's outcome. Row 0 is every row at once."""

    row: int
    name: str
    expected: str
    figures: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    messages: int = 0
    """User messages that were checked after it: each with one visible outcome."""
    leaks: dict[str, int] = field(default_factory=dict)
    why: str = ""
    """What was not as promised; empty if all was."""

    @property
    def held(self) -> bool:
        return not self.why

    @property
    def told(self) -> str:
        """In one line: the figures, or what was broken."""
        return f"BROKEN: {self.why}" if self.why else self.measured

    @property
    def measured(self) -> str:
        return ", ".join(f"{name} {value}" for name, value in self.figures.items())


@dataclass
class Report:
    """All results, and what processes held before the first scenario and after the last."""

    seed: int
    size: str
    results: Sequence[Result]
    before: Mapping[str, Mapping[str, float]]
    after: Mapping[str, Mapping[str, float]]
    left_in_servers: Mapping[str, int]
    seconds: float

    @property
    def held(self) -> bool:
        return all(result.held for result in self.results)

    def as_json(self) -> dict[str, Any]:
        results = [asdict(result) | {"held": result.held} for result in self.results]
        return asdict(self) | {"results": results, "held": self.held}

    def as_text(self) -> str:
        broken = [result for result in self.results if not result.held]
        parts = [
            *_table(COLUMNS, [_row(result) for result in self.results]),
            "",
            *(f"BROKEN {result.name}: {result.why}" for result in broken),
            f"{sum(result.messages for result in self.results)} messages, each with one outcome "
            "that was seen; no row of another tenant, no gap in seq, nobody idle in a transaction."
            if not broken
            else f"{len(broken)} of {len(self.results)} scenarios broken.",
            "",
            *self._leaks(),
            "",
            f"{len(self.results)} scenarios, size {self.size}, seed {self.seed}, "
            f"{self.seconds:.0f} s.",
        ]
        return "\n".join(parts)

    def _leaks(self) -> Iterable[str]:
        """What each process held before and holds after, kind by kind."""
        kinds = list(next(iter(self.after.values()), {}))
        columns = (("held, before → after", 22), *((kind, max(len(kind), 11)) for kind in kinds))
        rows = [
            [name, *(f"{self.before.get(name, {}).get(k, 0)} → {now[k]}" for k in kinds)]
            for name, now in self.after.items()
        ]
        yield from _table(columns, rows)
        counted = sum(count for result in self.results for count in result.leaks.values())
        left = ", ".join(f"{name} {count}" for name, count in self.left_in_servers.items())
        yield f"Leaked in all: {counted}. In the servers: {left}."


def _row(result: Result) -> list[str]:
    verdict = "held" if result.held else "BROKEN"
    return [str(result.row or "all"), result.name, result.measured, result.expected, verdict]


def _table(columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield GAP.join(title.ljust(width) for title, width in columns).rstrip()
    yield GAP.join("─" * width for _, width in columns)
    for row in rows:
        cells = [textwrap.wrap(c, w) or [""] for c, (_, w) in zip(row, columns, strict=True)]
        for number in range(max(map(len, cells))):
            lines = [cell[number] if number < len(cell) else "" for cell in cells]
            padded = [line.ljust(w) for line, (_, w) in zip(lines, columns, strict=True)]
            yield GAP.join(padded).rstrip()
