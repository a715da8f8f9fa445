"""The same through the real WebSocket, before auth and after it: an error frame or a close code,
and the gateway lives on."""

import logging
import os
import random

import psycopg
import pytest
from shared.events import CloseCode
from websockets.exceptions import ConnectionClosed

from tests.support.chat_client import ChatClient, SocketClosed
from tests.support.gateway_here import gateway_here
from tests.support.nasty_frames import NASTY
from tests.support.people import World

OURS = {*CloseCode} - {CloseCode.INTERNAL_ERROR}
NOT_TEXT = 1007
TOO_BIG = 1009
RANDOM_FRAMES = int(os.environ.get("RANDOM_FRAMES", "100"))


def random_frames(count: int) -> list[str | bytes]:
    """Of bytes, of characters, of pieces of JSON; the same in every run."""
    chance = random.Random(14)
    pieces = [
        '{"',
        '":',
        "}",
        "[",
        "]",
        ",",
        '"type"',
        '"message"',
        "1e9",
        "null",
        "\\u",
        "é",
        "\0",
    ]
    made: list[str | bytes] = []
    for number in range(count):
        size = chance.randrange(60)
        if number % 3 == 0:
            made.append(chance.randbytes(size))
        elif number % 3 == 1:
            made.append("".join(chr(chance.randrange(1, 0xD7FF)) for _ in range(size)))
        else:
            made.append("".join(chance.choice(pieces) for _ in range(size)))
    return made


@pytest.fixture
def lifted(settings_of_its_own: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    settings_of_its_own.setenv("KONSTRUCT_LIMITS_ENABLED", "false")
    return settings_of_its_own


async def test_anything_at_all_is_answered_with_an_error_or_a_close_code(
    lifted: pytest.MonkeyPatch,
    acme: World,
    superuser: psycopg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    caplog.set_level(logging.ERROR)
    async with gateway_here(lifted) as gateway:
        client: ChatClient | None = None
        for frame in [*NASTY.values(), *random_frames(RANDOM_FRAMES)]:
            if client is None:
                client = await gateway.connect(acme.anna, conversation_id)
            try:
                await client.send(frame)
                # Whatever came of it, this one is answered too.
                await client.send({"type": "stop", "reply_to": str(conversation_id)})
                await client.expect("error", code="nothing_to_stop")
            except (SocketClosed, ConnectionClosed):
                assert await client.closed() in OURS
                client = None
        if client is not None:
            await client.close()
        async with await gateway.connect(acme.anna, conversation_id) as after:
            await after.say("still there?")
            await after.expect("accepted")
    assert [record.getMessage() for record in caplog.records] == []
    idle = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%%'"
    assert superuser.execute(idle).fetchone() == (0,)


async def test_anything_at_all_before_auth_closes_the_socket_with_its_reason(
    lifted: pytest.MonkeyPatch, acme: World, caplog: pytest.LogCaptureFixture
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    caplog.set_level(logging.ERROR)
    async with gateway_here(lifted) as gateway:
        for frame in [*NASTY.values(), *random_frames(RANDOM_FRAMES // 4)]:
            async with await ChatClient.open(gateway.socket_url(conversation_id)) as client:
                await client.send(frame)
                assert await client.closed() in OURS
    assert [record.getMessage() for record in caplog.records] == []


@pytest.mark.parametrize("authenticated", [False, True])
async def test_what_is_no_websocket_at_all_is_closed(
    lifted: pytest.MonkeyPatch, acme: World, authenticated: bool
) -> None:
    """Text that is no text, frames that are none, a message beyond all bounds."""
    conversation_id = await acme.conversation(acme.anna)
    async with gateway_here(lifted) as gateway:
        for code, sent in (
            (NOT_TEXT, bytes([0x81, 0x82, 0, 0, 0, 0, 0xC3, 0x28])),
            (1002, bytes([0xFF] * 16)),
            (1002, bytes([0x81, 0x02, 0x7B, 0x7D])),  # not masked
            (TOO_BIG, bytes([0x81, 0xFF, 0, 0, 0, 0, 0xFF, 0, 0, 0, 0, 0, 0, 0])),
        ):
            raw = await gateway.raw(conversation_id)
            if authenticated:
                await raw.authenticate(acme.anna)
                assert b'"ready"' in await raw.read()
            await raw.send(sent)
            assert code.to_bytes(2, "big") in await raw.read_to_the_end()
            raw.close()
        async with await gateway.connect(acme.anna, conversation_id):
            pass
