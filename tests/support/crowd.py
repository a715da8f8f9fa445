"""Many people of one tenant, each with a conversation and a tab on it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

from tests.support import people
from tests.support.people import World
from tests.support.processes import Gateway
from tests.support.tab import Tab

AT_ONCE = 8
"""People made at the same time. Each takes a database connection."""


async def make_tabs(world: World, count: int) -> list[Tab]:
    """New people of the tenant, not connected yet."""
    room = asyncio.Semaphore(AT_ONCE)
    crowd = uuid4().hex[:8]

    async def one(number: int) -> Tab:
        async with room:
            person = await people.make_person(f"p{number}.{crowd}", world.id)
            return Tab(person, await world.conversation(person))

    return list(await asyncio.gather(*(one(number) for number in range(count))))


@asynccontextmanager
async def crowd(world: World, count: int, gateways: Sequence[Gateway]) -> AsyncIterator[list[Tab]]:
    """New people, connected to these gateways in turn; closed at the end."""
    tabs = await make_tabs(world, count)
    try:
        await asyncio.gather(
            *(tab.connect(gateways[n % len(gateways)]) for n, tab in enumerate(tabs))
        )
        yield tabs
    finally:
        await asyncio.gather(*(tab.close() for tab in tabs), return_exceptions=True)
