"""Contacts whom nobody answers, since the agent is paused or the tenant has reached a limit.

They are told once a day, and an attention item says that they wait. It is also by what they are
found again: once the agent is at work and there is room, whatever is younger than a day is
answered as one burst.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from shared.attention import items
from shared.conversations import announcing, holding, unanswered
from shared.conversations.holding import Held
from shared.conversations.places import ON_OUR_PAGES
from shared.conversations.resuming import answer
from shared.conversations.telling import Telling
from shared.conversations.unanswered import Waits
from shared.conversations.wording import Kind
from shared.db import HouseSession, SystemSession
from shared.runs import queue
from shared.tenants import quotas

ANSWERED_LATER = timedelta(days=1)
"""Older messages are left to people."""
_SENTENCE: Final[dict[items.Kind, Kind]] = {"employee_paused": "paused", "limit_reached": "limit"}


async def wait(session: HouseSession, channel: str, conversation_id: UUID, why: items.Kind) -> None:
    """The contact is told, and there is an item. The caller holds the conversation's lock."""
    held = await announcing.locked(session, channel, conversation_id)
    instead = held.paused_notice if why == "employee_paused" else None
    await announcing.announce_once_a_day(session, held, _SENTENCE[why], instead=instead)
    await items.open_about_conversation(
        session,
        why,
        agent_id=held.agent_id,
        channel=channel,
        conversation_id=conversation_id,
        details={},
    )


async def wait_for_paused(session: HouseSession, held: Held) -> None:
    """Its agent has the conversation again and is paused: whoever is not answered waits for it."""
    is_outside = held.channel not in ON_OUR_PAGES
    if is_outside and not held.agent_is_active and await unanswered.unanswered(session, held):
        await wait(session, held.channel, held.id, "employee_paused")


async def answer_those_who_waited(*, limit: int = 100) -> int:
    """Of all tenants: who waited and can be answered now; how many were."""
    since = datetime.now(UTC) - ANSWERED_LATER
    async with SystemSession("sweep") as session, session.transaction():
        found = await unanswered.who_waits(session, since, limit=limit)
    return sum([await _answer(each, since) for each in found])


async def _answer(waits: Waits, since: datetime) -> bool:
    if not await quotas.has_tokens(waits.tenant_id):
        return False
    async with HouseSession(waits.tenant_id, "receive") as session, session.transaction():
        held = await holding.lock_held(session, waits.channel, waits.conversation_id)
        if held is None or held.spoken_by != "agent" or not held.agent_is_active:
            return False
        if held.has_opted_out:
            asked = []
        else:
            unfinished = await queue.lock_unfinished(
                session, held.tenant_id, held.channel, str(held.id)
            )
            if any(run.state == "running" for run in unfinished):
                return False  # which reads what waits as said before; then there is a next look
            asked = await unanswered.unanswered(session, held, since=since)
        telling = Telling(held)
        if asked:
            await answer(session, held, telling, asked)
        await items.resolve_waiting(session, held.channel, held.id)
        session.after_commit(telling.tell)
        return bool(asked)
