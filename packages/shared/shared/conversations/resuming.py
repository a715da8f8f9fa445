"""An agent that may speak again answers what was left unanswered."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from shared.config import settings
from shared.conversations.holding import Held
from shared.conversations.places import WEB_CHANNEL
from shared.conversations.telling import Telling
from shared.conversations.unanswered import Unanswered, unanswered
from shared.db import HouseSession
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.runs import queue, resuming


async def resume(session: HouseSession, held: Held, telling: Telling) -> None:
    """Its agent has the conversation again: what is unanswered is answered. Nothing if all is
    answered, or its agent is paused or was speaking anyway."""
    if held.spoken_by == "agent":
        return
    waits = await unanswered(session, held)
    if waits and held.agent_is_active and not held.has_opted_out:
        await answer(session, held, telling, waits)
    else:
        await queue.cancel_unfinished(session, held.tenant_id, held.channel, str(held.id))


async def answer(
    session: HouseSession, held: Held, telling: Telling, waits: Sequence[Unanswered]
) -> None:
    """The newest of these messages gets a run that continues its attempts; the older ones are
    answered with it."""
    # Only a gateway of the version before, or whoever wrote a moment ago, has made any.
    unclaimed = await queue.lock_unfinished(session, held.tenant_id, held.channel, str(held.id))
    *older, newest = waits
    if newest.run_id in {run.id for run in unclaimed} and newest.run_id is not None:
        run_id = newest.run_id
        await resuming.goes_on(session, run_id)
    else:
        run_id = await _add_run(session, held, newest)
    await resuming.merge(
        session,
        run_id,
        run_ids=[asked.run_id for asked in older if asked.run_id is not None],
        message_ids=[asked.id for asked in older if asked.run_id is None],
    )
    telling.nudge = {
        "id": str(newest.id),
        "tenant_id": str(held.tenant_id),
        "run_id": str(run_id),
    }


async def _add_run(session: HouseSession, held: Held, asked: Unanswered) -> UUID:
    return await queue.add_run(
        session,
        tenant_id=held.tenant_id,
        agent_id=held.agent_id,
        channel=held.channel,
        thread_id=str(held.id),
        message_id=str(asked.id),
        payload=asked.payload or _payload(held, asked),
        attempt=asked.attempt,
        first_nudge_s=settings.worker.first_nudge_s,
        trigger="give_back",
    )


def _payload(held: Held, asked: Unanswered) -> dict[str, Any]:
    """Of a message that came while a person had the conversation. Its text is read where it is
    stored."""
    ids = {"tenant_id": str(held.tenant_id), "conversation_id": str(held.id)}
    if held.channel == WEB_CHANNEL:
        ids["portal_user_id"] = str(held.user_id)
    message = KonstructMessage(
        id=str(asked.id),
        tenant_id=str(held.tenant_id),
        channel=ChannelType(held.channel),
        channel_metadata=dict(ids),
        sender=SenderInfo(user_id=asked.author or str(held.user_id or "")),
        content=MessageContent(),
        thread_id=str(held.id),
        context={"agent_id": str(held.agent_id)},
    )
    if held.connection_id is not None:
        ids["connection_id"] = str(held.connection_id)
    return message.model_dump(mode="json") | ids
