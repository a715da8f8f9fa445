"""A gateway may die or be told to leave at any moment: what it accepted is answered."""

import asyncio
import os
import signal
import time
from collections import Counter
from uuid import UUID, uuid4

from shared.conversations import sending
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from websockets.exceptions import InvalidHandshake

from tests.support.breakable_stack import BreakableStack
from tests.support.chat_client import SocketClosed
from tests.support.crowd import crowd, make_tabs
from tests.support.invariants import require_settled, require_told
from tests.support.people import World
from tests.support.processes import Gateway
from tests.support.sizes import sized
from tests.support.tab import Tab

PEOPLE = sized(8, full=20)
TALKERS = sized(8, full=100)
BYSTANDERS = sized(20, full=400)
WITHIN_S = 60.0
SLOWLY = f"[[model: tokens={sized(30, full=100)} rate=10]] please"


async def test_a_message_that_was_stored_and_told_to_no_worker_is_answered(
    breakable_stack: BreakableStack, acme: World, figures: Counter[str]
) -> None:
    """As when its gateway ends between the commit and the nudge."""
    async with crowd(acme, PEOPLE, breakable_stack.stack.gateways) as tabs:
        stored_at = time.monotonic()
        ids = await asyncio.gather(*(store_untold(acme, tab) for tab in tabs))
        await asyncio.gather(
            *(
                tab.until(lambda tab=tab, id_=id_: id_ in tab.outcomes, WITHIN_S)
                for tab, id_ in zip(tabs, ids, strict=True)
            )
        )
        figures["stored, not nudged: seconds to the last answer"] = round(
            time.monotonic() - stored_at, 1
        )
        require_told(breakable_stack.stack.database, *tabs)
    assert require_settled(breakable_stack.stack.database, acme.id) == PEOPLE


async def store_untold(world: World, tab: Tab) -> UUID:
    """What a gateway does with a message, up to the commit and no further; the message's id."""
    person, conversation_id = tab.person, str(tab.conversation_id)
    message = KonstructMessage(
        tenant_id=str(world.id),
        channel=ChannelType.WEB,
        sender=SenderInfo(user_id=str(person.id), display_name=person.display_name),
        content=MessageContent(text="hello"),
        thread_id=conversation_id,
    )
    extras = {
        "conversation_id": conversation_id,
        "portal_user_id": str(person.id),
        "tenant_id": str(world.id),
    }
    sent = await sending.send(world.id, message, extras, client_message_id=None)
    return sent.message.id


async def test_a_gateway_killed_with_its_nudges_unsent_loses_no_message(
    breakable_stack: BreakableStack, acme: World, figures: Counter[str]
) -> None:
    """Valkey hears nothing while the messages come in, so what is accepted is only stored."""
    stack, valkey = breakable_stack.stack, breakable_stack.servers.valkey
    doomed, survivor = stack.gateways
    async with crowd(acme, PEOPLE, [doomed]) as tabs:
        os.kill(valkey.pid, signal.SIGSTOP)
        try:
            names = await asyncio.gather(*(tab.send("hello", uuid4().hex) for tab in tabs))
            await asyncio.gather(
                *(
                    tab.until(lambda tab=tab, name=name: name in tab.accepted)
                    for tab, name in zip(tabs, names, strict=True)
                )
            )
            doomed.kill()
            killed_at = time.monotonic()
        finally:
            os.kill(valkey.pid, signal.SIGCONT)
        for tab, name in zip(tabs, names, strict=True):
            await tab.closed()
            await tab.connect(survivor)
            assert (await tab.answered(name, WITHIN_S)).status == "complete"
        figures["gateway killed, nudges unsent: seconds to the last answer"] = round(
            time.monotonic() - killed_at, 1
        )
        require_told(stack.database, *tabs)
    assert require_settled(stack.database, acme.id) == PEOPLE


async def test_a_gateway_killed_as_messages_come_in_loses_none(
    breakable_stack: BreakableStack, acme: World, figures: Counter[str]
) -> None:
    """Some were accepted, some were stored, some never came: the client sends again what it
    does not know to be accepted."""
    stack = breakable_stack.stack
    doomed, survivor = stack.gateways
    async with crowd(acme, PEOPLE, [doomed]) as tabs:
        names = await asyncio.gather(*(tab.send("hello", uuid4().hex) for tab in tabs))
        await tabs[0].until(lambda: names[0] in tabs[0].accepted)
        doomed.kill()
        known = 0
        for tab, name in zip(tabs, names, strict=True):
            await tab.closed()
            known += name in tab.accepted
            await tab.connect(survivor)
            if name not in tab.accepted:
                await tab.send("hello", name)
            assert (await tab.answered(name, WITHIN_S)).status == "complete"
        require_told(stack.database, *tabs)
    assert require_settled(stack.database, acme.id) == PEOPLE
    figures[f"gateway killed: of {PEOPLE} messages known to be accepted"] = known
    figures["gateway killed: messages lost"] = 0


async def test_a_gateway_told_to_leave_says_good_bye_to_everyone_and_nothing_is_lost(
    breakable_stack: BreakableStack, acme: World, figures: Counter[str]
) -> None:
    """Whoever comes while it leaves is sent away, too."""
    stack = breakable_stack.stack
    leaving, staying = stack.gateways
    async with (
        crowd(acme, TALKERS, [leaving]) as talkers,
        crowd(acme, BYSTANDERS, [leaving]) as bystanders,
    ):
        sent = await asyncio.gather(*(tab.send(SLOWLY) for tab in talkers))
        names = [await tab.begun(name) for tab, name in zip(talkers, sent, strict=True)]
        told_at = time.monotonic()
        coming = asyncio.create_task(_keep_coming(acme, leaving))
        exiting = asyncio.create_task(asyncio.to_thread(leaving.terminate, WITHIN_S))
        everyone = [*talkers, *bystanders]
        codes = await asyncio.gather(*(tab.closed() for tab in everyone))
        assert await exiting == 0
        left_after = time.monotonic() - told_at
        assert set(codes) == {1012}
        assert set(await coming) <= {1012}
        assert {len(tab.reconnects) for tab in everyone} == {1}
        await asyncio.gather(*(tab.connect(staying) for tab in everyone))
        for tab, name in zip(talkers, names, strict=True):
            assert (await tab.answered(name, WITHIN_S)).status == "complete"
        require_told(stack.database, *everyone)
    assert require_settled(stack.database, acme.id) == TALKERS
    figures[f"gateway leaves: seconds, with {len(everyone)} sockets"] = round(left_after, 1)
    figures["gateway leaves: exit code"] = 0


async def _keep_coming(world: World, gateway: Gateway) -> list[int | None]:
    """Connect again and again until nobody answers; how each socket was closed."""
    (tab,) = await make_tabs(world, 1)
    codes = []
    while True:
        try:
            await tab.connect(gateway)
            codes.append(await tab.closed())
        except (OSError, InvalidHandshake):
            return codes
        except SocketClosed:
            codes.append(tab.client.socket.close_code if tab.client else None)
