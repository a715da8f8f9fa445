"""However fast an answer is, whoever asked hears it: nothing is published before it is heard."""

import asyncio
import time
from collections import Counter

from tests.support.crowd import crowd
from tests.support.invariants import require_settled, require_told
from tests.support.people import World
from tests.support.sizes import sized
from tests.support.stack import Stack
from tests.support.tab import Tab

PEOPLE = sized(20, full=50)
RUNS_EACH = sized(10, full=20)
AT_ONE_TIME = 5
WATCHERS = 5
WITHIN_S = 100.0
AT_ONCE = "[[model: pieces=1]] "


async def test_answers_that_come_at_once_are_all_heard_live_once_and_in_order(
    stack: Stack, acme: World, figures: Counter[str]
) -> None:
    """Some people have a second tab open on the other gateway, which must keep in step."""
    began = time.monotonic()
    async with crowd(acme, PEOPLE, stack.gateways) as tabs:
        watchers = [Tab(tab.person, tab.conversation_id) for tab in tabs[:WATCHERS]]
        for number, watcher in enumerate(watchers):
            await watcher.connect(stack.gateways[(number + 1) % len(stack.gateways)])
        async with asyncio.TaskGroup() as everyone:
            for tab in tabs:
                everyone.create_task(_ask_and_ask(tab))
            for watcher in watchers:
                everyone.create_task(_see_all(watcher))
        live = sum(len(tab.client.of_type("response")) for tab in tabs if tab.client)
        figures["first frames: runs"] = PEOPLE * RUNS_EACH
        figures["first frames: answers missed live"] = PEOPLE * RUNS_EACH - live
        figures["first frames: runs per second"] = round(live / (time.monotonic() - began))
        assert live == PEOPLE * RUNS_EACH
        require_told(stack.database, *tabs, *watchers)
        await asyncio.gather(*(watcher.close() for watcher in watchers))
    assert require_settled(stack.database, acme.id) == PEOPLE * RUNS_EACH


async def _see_all(watcher: Tab) -> None:
    await watcher.until(lambda: watcher.last_seq == 2 * RUNS_EACH, WITHIN_S)


async def _ask_and_ask(tab: Tab) -> None:
    """Half of them one by one, the others some at a time."""
    for number in range(RUNS_EACH // 2):
        await tab.ask(f"{AT_ONCE}{number}", WITHIN_S)
    for _ in range(RUNS_EACH // 2 // AT_ONE_TIME):
        names = [await tab.send(f"{AT_ONCE}{number}") for number in range(AT_ONE_TIME)]
        await tab.until(lambda: all(tab.answer_to(name) for name in names), WITHIN_S)  # noqa: B023
