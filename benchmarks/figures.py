"""Medians and percentiles."""

import statistics
from collections.abc import Sequence

median = statistics.median


def p95(values: Sequence[float]) -> float:
    ordered = sorted(values)
    return ordered[int(0.95 * (len(ordered) - 1))]
