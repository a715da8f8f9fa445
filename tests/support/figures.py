"""A process's metrics as Prometheus reads them."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

import httpx
from prometheus_client.parser import text_string_to_metric_families


class Figures:
    """One scrape: `figures("konstruct_runs", state="pending")` is a value, 0.0 if there is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def __call__(self, name: str, **labels: Any) -> float:
        return sum(
            sample.value
            for sample in self._samples
            if sample.name == name and labels.items() <= sample.labels.items()
        )

    @property
    def names(self) -> set[str]:
        return {sample.name for sample in self._samples}

    def labels(self) -> set[tuple[str, str]]:
        """Every (label, value) of our metrics, except histogram bounds."""
        return {
            item
            for sample in self._samples
            if sample.name.startswith("konstruct_")
            for item in sample.labels.items()
            if item[0] != "le"
        }


class Shown(Protocol):
    async def figures(self) -> Figures: ...


async def figures_with(
    process: Shown, so: Callable[[Figures], bool], within_s: float = 30.0
) -> Figures:
    """The first scrape for which `so` is true."""
    async with asyncio.timeout(within_s):
        while not so(figures := await process.figures()):  # noqa: ASYNC110 - nobody sets an event
            await asyncio.sleep(0.1)
    return figures


async def read_figures(url: str, **headers: str) -> Figures:
    async with httpx.AsyncClient(timeout=10, trust_env=False) as http:
        answer = await http.get(url, headers=headers)
        answer.raise_for_status()
        return Figures(answer.text)
