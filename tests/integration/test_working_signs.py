"""While an answer is made, the person sees that somebody writes."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
from orchestrator.channels import outside
from orchestrator.channels.outside import OutsideChannel
from orchestrator.channels.port import Turn
from shared.redis_keys import channel_working_key
from shared.valkey.client import get_redis

from tests.support.people import World
from tests.support.scripted import Line, connect, scripted_platform, sending
from tests.support.servers import Database
from tests.support.waiting import eventually


@pytest.fixture
async def line(
    database: Database,
    settings_of_its_own: pytest.MonkeyPatch,
    acme: World,
    superuser: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Line]:
    monkeypatch.setattr(outside, "SIGN_EVERY_S", 0.1)
    async with scripted_platform(settings_of_its_own) as platform:
        yield await connect(acme, platform.account("acme"), superuser)


def turn(line: Line, conversation: UUID) -> Turn:
    return Turn(
        tenant_id=line.world.id,
        thread_id=str(conversation),
        run_id=uuid4(),
        message_id=str(uuid4()),
        attempt=1,
        connection_id=str(line.connection_id),
    )


async def heard_by_senders() -> None:
    """Pub-sub is joined in the background."""

    async def subscribed() -> int:
        ((_, count),) = await get_redis().pubsub_numsub(channel_working_key())
        return int(count)

    for _ in range(200):
        if await subscribed():
            return
        await asyncio.sleep(0.02)


async def test_it_is_shown_again_and_again_until_the_answer_is_there(line: Line) -> None:
    mia = line.person("mia")
    async with sending():
        await heard_by_senders()
        sign = OutsideChannel().preview(turn(line, mia), lambda: 1.0)
        await eventually(lambda: line.account.typing >= 3, "shown and renewed")
        sign.complete()
        sign.close()
        await asyncio.sleep(0.2)  # what was on its way
        shown = line.account.typing
        line.answer(mia, "here it is")
        await line.until("sent")
        assert line.account.typing == shown, "nothing more after the end"


async def test_a_sign_that_cannot_be_shown_keeps_no_answer_waiting(line: Line) -> None:
    mia = line.person("mia")
    line.account.typing_fails = True
    async with sending():
        await heard_by_senders()
        sign = OutsideChannel().preview(turn(line, mia), lambda: 1.0)
        line.answer(mia, "here it is")
        await line.until("sent")
        sign.close()
    assert line.state() == ("live", None)
