"""The business's own sentences, said in a conversation as the system's message, with its delivery.

The caller holds the conversation's lock.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.conversations import holding, speaking
from shared.conversations.holding import Held
from shared.conversations.wording import Kind, wording_of
from shared.db import HouseSession
from shared.valkey.publish import publish_delivery_ready


async def locked(session: HouseSession, channel: str, conversation_id: UUID) -> Held:
    """The conversation, which is there and locked by this transaction already."""
    held = await holding.lock_held(session, channel, conversation_id)
    assert held is not None
    return held


async def introduce(session: HouseSession, held: Held) -> None:
    """People are told that a machine writes, unless the tenant has switched that off."""
    worded = await wording_of(session, held.tenant_id)
    if worded.says_machine:
        await _say(session, held, worded.sentence("machine", held.language, agent=held.agent_name))


async def announce(
    session: HouseSession, held: Held, kind: Kind, *, hints: dict[str, Any] | None = None
) -> None:
    worded = await wording_of(session, held.tenant_id)
    sentence = worded.sentence(kind, held.language, agent=held.agent_name)
    await _say(session, held, sentence, hints=hints)


async def announce_once_a_day(
    session: HouseSession, held: Held, kind: Kind, *, instead: str | None = None
) -> None:
    """Why nobody answers is said once in a conversation and day (UTC), whatever the reason."""
    once = f"unattended:{datetime.now(UTC):%Y-%m-%d}"
    if await speaking.said_before(session, held, once):
        return
    worded = await wording_of(session, held.tenant_id)
    sentence = instead or worded.sentence(kind, held.language, agent=held.agent_name)
    await _say(session, held, sentence, once=once)


async def _say(
    session: HouseSession,
    held: Held,
    sentence: str,
    *,
    once: str | None = None,
    hints: dict[str, Any] | None = None,
) -> None:
    await speaking.say(
        session, held, sentence, author_kind="system", client_message_id=once, hints=hints
    )
    if (connection_id := held.connection_id) is not None:
        session.after_commit(lambda: publish_delivery_ready(connection_id))
