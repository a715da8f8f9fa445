"""What its agent had said when a colleague took over is kept with the failure, and never waited
for."""

import asyncio

import psycopg
import pytest
from orchestrator.channels.web import WebPreview
from redis.exceptions import ConnectionError as ValkeyAway
from shared.conversations import handover, said_so_far
from shared.conversations.turns.claiming import ClaimedRun
from shared.redis_keys import answer_so_far_key
from shared.valkey.client import get_redis

from tests.support.handing_over import Talk
from tests.support.heard import messages
from tests.support.people import World

SAID = "Einen Moment, ich prüfe 日本"


@pytest.fixture
async def talk(acme: World, superuser: psycopg.Connection) -> Talk:
    return await Talk.begun(acme, acme.admin, superuser)


@pytest.fixture
async def speaking(talk: Talk) -> ClaimedRun:
    """The run of a message that is being answered."""
    claimed = await talk.claim(await talk.say("How much is it?"))
    assert claimed
    return claimed


def key_of(talk: Talk, run: ClaimedRun) -> str:
    return answer_so_far_key(talk.world.id, run.id, run.attempt)


def failed(talk: Talk) -> tuple[str, str | None]:
    """(what is kept of the answer, how it ended)."""
    (found,) = [m for m in messages(talk.database, talk.id) if m["status"] == "failed"]
    assert found["error_code"] == "taken_over"
    return found["content"], found["finish"]


async def test_what_the_sockets_were_shown_is_what_is_kept(
    talk: Talk, speaking: ClaimedRun
) -> None:
    assert speaking.message_id
    preview = WebPreview(
        tenant_id=talk.world.id,
        conversation_id=talk.id,
        run_id=speaking.id,
        reply_to=speaking.message_id,
        attempt=speaking.attempt,
        window_s=lambda: 0.01,
    )
    for word in SAID.split(" "):
        preview.add(word if word == "Einen" else f" {word}")
    async with asyncio.timeout(10):
        while await get_redis().get(key_of(talk, speaking)) != SAID.encode():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    await handover.take(talk.world.id, talk.id, talk.person.id)
    preview.close()
    assert failed(talk) == (SAID, "broken_off")


async def test_what_an_attempt_before_this_one_said_is_not_kept(
    talk: Talk, speaking: ClaimedRun
) -> None:
    before = answer_so_far_key(talk.world.id, speaking.id, speaking.attempt - 1)
    await get_redis().set(before, "Of another worker")
    await handover.take(talk.world.id, talk.id, talk.person.id)
    assert failed(talk) == ("", None)


@pytest.mark.parametrize(
    ("stored", "kept"),
    [
        (b"One\0\0\0four", ""),  # some of it was lost, and is set again in a moment
        ("prüf".encode()[:3], "pr"),  # cut within a character
    ],
)
async def test_only_what_is_whole_is_kept(
    talk: Talk, speaking: ClaimedRun, stored: bytes, kept: str
) -> None:
    await get_redis().set(key_of(talk, speaking), stored)
    await handover.take(talk.world.id, talk.id, talk.person.id)
    assert failed(talk) == (kept, "broken_off" if kept else None)


@pytest.mark.parametrize("way", ["refused", "silent"])
async def test_a_valkey_that_is_away_keeps_nobody_from_taking(
    talk: Talk, speaking: ClaimedRun, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    class Away:
        async def get(self, _: str) -> bytes:
            if way == "refused":
                raise ValkeyAway
            await asyncio.Event().wait()
            return b""

    monkeypatch.setattr(said_so_far, "get_redis", Away)
    taken = await handover.take(talk.world.id, talk.id, talk.person.id)
    assert taken.handling == "human"
    assert failed(talk) == ("", None)
