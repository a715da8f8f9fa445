"""A message may be sent as often as the client likes: it is stored and answered once."""

import asyncio
import time
from collections import Counter
from contextlib import AsyncExitStack

import psycopg

from tests.support.breakable_stack import BreakableStack
from tests.support.invariants import require_settled
from tests.support.people import World
from tests.support.sizes import sized

TIMES = sized(60, full=200)
TEXT = "[[model: tokens=20 rate=20]] once"


async def test_one_message_sent_again_and_again_over_two_gateways_is_one_row_with_one_answer(
    breakable_stack: BreakableStack,
    acme: World,
    superuser: psycopg.Connection,
    figures: Counter[str],
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    began = time.monotonic()
    async with AsyncExitStack() as sockets:
        here, there = [
            await sockets.enter_async_context(await gateway.connect(acme.anna, conversation_id))
            for gateway in breakable_stack.stack.gateways
        ]
        await asyncio.gather(
            *(socket.say(TEXT, "again") for socket in (here, there) for _ in range(TIMES // 2))
        )
        accepted = set()
        for socket in (here, there):
            for _ in range(TIMES // 2):
                frame = await socket.expect("accepted", client_message_id="again")
                accepted.add((frame.message_id, frame.seq))
            assert (await socket.expect("response")).status == "complete"
        await here.say(f"{TEXT} more", "again")
        refusal = await here.expect("error", client_message_id="again")
        assert (refusal.code, refusal.retryable) == ("client_message_id_reused", False)
        await there.ask("anything else?")
        assert there.of_type("error") == []
    assert len(accepted) == 1
    assert require_settled(breakable_stack.stack.database, acme.id) == 2
    rows = superuser.execute(
        "SELECT count(*) FROM web_conversation_messages WHERE client_message_id = 'again'"
        " AND tenant_id = %s",
        (acme.id,),
    ).fetchone()
    figures["sent again: times"] = TIMES
    figures["sent again: rows"] = rows[0]
    figures["sent again: seconds"] = round(time.monotonic() - began, 1)
    assert rows == (1,)
