"""One person, one message at a time, in turns through Konstruct and through the floor.

Turn by turn, so that whatever else the machine does falls on both alike.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from benchmarks.servers import Person
from benchmarks.talker import Answered
from benchmarks.ways import Way

WARM_UP = 40
"""Prepared statements, caches and imports; and Konstruct's history is then as long as it gets."""
BETWEEN_S = 0.015
"""What a way does after its answer is out must not fall on the other's next message."""


@dataclass(frozen=True)
class Alone:
    """Every measured message of each way, in order."""

    answers: Mapping[str, list[Answered]]

    def ms(self, way: str) -> list[float]:
        return [answer.ms for answer in self.answers[way]]


async def measure_alone(ways: Mapping[str, Way], person: Person, messages: int) -> Alone:
    answers: dict[str, list[Answered]] = {name: [] for name in ways}
    talkers = {name: await way.connect(person) for name, way in ways.items()}
    for number in range(WARM_UP + messages):
        for name, talker in talkers.items():
            answer = await talker.ask()
            if number >= WARM_UP:
                answers[name].append(answer)
            await asyncio.sleep(BETWEEN_S)
    for talker in talkers.values():
        await talker.close()
    return Alone(answers)
