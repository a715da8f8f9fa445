"""Everything is killed in turn, under at least a thousand messages of two tenants."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from chaos.scenario import Act, scenario
from chaos.talkers import Talkers, talkers
from tests.support.sizes import sized

PEOPLE_EACH = sized(4, full=8)
MESSAGES = sized(100, full=1_000)
BETWEEN = 3
"""Messages each person has answered between two kills."""
DOWN_S = 1.0
ROUNDS = sized(1, full=2)
RECOVERS_WITHIN_S = 10.0


@dataclass(frozen=True)
class Kill:
    """One part, killed as by a power cut, and started again."""

    what: str
    kill: Callable[[], None]
    start: Callable[[], None]


@scenario(0, "0 lost, 0 doubled, 0 crossings, 0 leaks; back within 10 s", within_s=400)
async def everything_killed_in_turn(act: Act) -> None:
    """A worker, a gateway, Valkey and PostgreSQL are killed in turn while everybody talks."""
    slowest: dict[str, float] = {}
    async with talkers(act.worlds, act.database, act.gateways, PEOPLE_EACH) as crowd:
        kills = _kills(act)
        for number in range(ROUNDS * len(kills)):
            await crowd.have_answered(len(crowd.answers) + BETWEEN * len(crowd.tabs))
            kill = kills[number % len(kills)]
            seconds = await _kill(kill, crowd)
            slowest[kill.what] = max(seconds, slowest.get(kill.what, 0.0))
        await crowd.have_answered(MESSAGES)
    counted = act.count_messages()
    assert counted.messages >= MESSAGES
    act.figures |= {
        "messages": counted.messages,
        "lost": counted.lost,
        "doubled": counted.doubled,
        "crossings": counted.crossings,
        "kills": ROUNDS * len(kills),
        **{f"{what} back after s": seconds for what, seconds in slowest.items()},
        "slowest message s": crowd.slowest_s(),
    }
    assert (counted.lost, counted.doubled, counted.crossings) == (0, 0, 0)
    assert max(slowest.values()) <= RECOVERS_WITHIN_S


async def _kill(kill: Kill, crowd: Talkers) -> float:
    """The seconds from its being back to the first outcome of a message said since the kill."""
    crowd.broken()
    await asyncio.to_thread(kill.kill)
    await asyncio.sleep(DOWN_S)
    await asyncio.to_thread(kill.start)
    crowd.back()
    return await crowd.recover()


def _kills(act: Act) -> list[Kill]:
    stack, servers = act.stage.stack, act.stage.servers
    parts = [
        ("worker", stack.workers[0]),
        ("gateway", stack.gateways[0]),
        ("Valkey", servers.valkey),
        ("PostgreSQL", servers.postgres),
        ("worker", stack.workers[1]),
        ("gateway", stack.gateways[1]),
        ("Valkey", servers.valkey),
        ("PostgreSQL", servers.postgres),
    ]
    return [Kill(what, part.kill, part.start) for what, part in parts]
