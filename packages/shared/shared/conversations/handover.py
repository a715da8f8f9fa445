"""Who may speak: an agent hands a conversation over, a member takes it, answers, gives it back.

Each is one transaction under the conversation's lock: who has it, the epoch, the notice, what ends
and what begins with it. Whoever stores an answer asks under the same lock, so after the notice the
agent says nothing. Frames, nudges and the copy of the state in Valkey leave after the commit.
"""

from dataclasses import dataclass
from uuid import UUID

from shared.attention import items
from shared.conversations import holding, interrupting, speaking, waiting
from shared.conversations.changing_hands import (
    NOTICE,
    Holding,
    as_it_is,
    enter,
    interrupt,
    is_held,
    open_item,
    require_epoch,
    require_shown,
    say_notice,
    wait_for_person,
    waiting_sentence,
)
from shared.conversations.frames import outcome_frame, said_frame
from shared.conversations.holding import Expired, Held
from shared.conversations.interrupting import HandOver
from shared.conversations.notices import notice
from shared.conversations.outcomes import StoredOutcome
from shared.conversations.places import WEB_CHANNEL
from shared.conversations.resuming import resume
from shared.conversations.said_so_far import SaidSoFar, said_so_far
from shared.conversations.sending import check_text
from shared.conversations.telling import Telling
from shared.conversations.unanswered import unanswered
from shared.db import HouseSession, SystemSession
from shared.errors import Conflict, Forbidden, Unavailable
from shared.events import Author
from shared.identity.memberships import NamedMember
from shared.identity.roles import MAY_ADMINISTER
from shared.runs import leases, queue

# ── take ───────────────────────────────────────────────────────────────────────────────────────


async def take(
    tenant_id: UUID,
    conversation_id: UUID,
    member_id: UUID,
    *,
    epoch: int | None = None,
    force: bool = False,
) -> Holding:
    """The member has it from now on; what its agent was saying ends. One who has it keeps it.

    With `epoch`, only if nothing has changed since. `force` takes it from a colleague; admins may.
    Raises NotFound, Forbidden, Conflict that names who has it, Unavailable during an upgrade.
    """
    said = await said_so_far(tenant_id, conversation_id)
    async with HouseSession(tenant_id, "hand_over") as session, session.transaction():
        held, member = await enter(session, said.channel, conversation_id, member_id)
        if held.held_by == member.id:
            return as_it_is(held)
        require_epoch(held, epoch)
        if held.held_by is not None and not force:
            raise is_held(held)
        if force and member.role not in MAY_ADMINISTER:
            raise Forbidden("Only an admin may take a conversation from a colleague.")
        return await _take(session, held, member, said)


async def _take(session: HouseSession, held: Held, member: NamedMember, said: SaidSoFar) -> Holding:
    require_shown(held, member)
    if await leases.older_version_lives(session):
        raise Unavailable(
            "Konstruct is being upgraded, and a worker of the version before is still at work. "
            "Try again in a minute.",
            code="upgrading",
        )
    telling = Telling(held)
    await interrupt(session, held, said, telling)
    await interrupting.drop_deliveries(session, held)
    waits = await unanswered(session, held)
    epoch, _ = await holding.change(
        session, held, "human", held_by=member.id, somebody_waits=bool(waits)
    )
    await items.claim_hand_overs(session, held.channel, held.id, member.id)
    await say_notice(session, held, telling, "taken", handling="human", member=member.name)
    session.after_commit(telling.tell)
    return Holding(held.id, "human", epoch, member.id, member.name)


# ── reply ──────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Replied:
    """A member's message as it was stored; `reply_to` is what it answers."""

    message: StoredOutcome
    content: str
    author: str | None


async def reply(
    tenant_id: UUID,
    conversation_id: UUID,
    member_id: UUID,
    text: str,
    *,
    key: str | None = None,
) -> Replied:
    """Say something as a member, who takes the conversation with it if nobody has it.

    It is the outcome of the newest message that has no good one; older ones get `merged`. The same
    `key` again gives the message stored the first time. Raises as `take`, and TextRefused.
    """
    check_text(text)
    said = await said_so_far(tenant_id, conversation_id)
    async with HouseSession(tenant_id, "hand_over") as session, session.transaction():
        held, member = await enter(session, said.channel, conversation_id, member_id)
        known_by = f"member:{member.id}:{key}" if key else None
        if known_by and (known := await speaking.said_before(session, held, known_by)):
            stored, content = known
            if content != text:
                raise Conflict(
                    "This Idempotency-Key was used for another text. Give every message its own.",
                    code="idempotency_key_reused",
                )
            return Replied(stored, content, member.name)
        if held.has_opted_out:
            raise Conflict(
                "This contact wants no more messages. They get some again once they write START.",
                code="opted_out",
            )
        if held.held_by not in (None, member.id):
            raise is_held(held)
        if held.held_by is None:
            await _take(session, held, member, said)
        return await _reply(session, held, member, text, known_by)


async def _reply(
    session: HouseSession, held: Held, member: NamedMember, text: str, known_by: str | None
) -> Replied:
    telling, author = Telling(held), Author(kind="member", name=member.name)
    # A gateway of the version before may have made some, which nobody claims.
    await queue.cancel_unfinished(session, held.tenant_id, held.channel, str(held.id))
    waits = await unanswered(session, held)
    for asked in waits[:-1]:
        merged = await speaking.say(
            session,
            held,
            "",
            author_kind="member",
            author_id=member.id,
            status="merged",
            reply_to=asked.id,
        )
        telling.frames.append(outcome_frame(held.id, merged, author=author))
    stored = await speaking.say(
        session,
        held,
        text,
        author_kind="member",
        author_id=member.id,
        reply_to=waits[-1].id if waits else None,
        client_message_id=known_by,
    )
    await holding.nobody_waits(session, held)
    telling.frames.append(
        outcome_frame(held.id, stored, text, author=author)
        if waits
        else said_frame(held.id, stored, text, author=author)
    )
    session.after_commit(telling.tell)
    return Replied(stored, text, member.name)


# ── give back ──────────────────────────────────────────────────────────────────────────────────


async def give_back(
    tenant_id: UUID, conversation_id: UUID, member_id: UUID, *, epoch: int | None = None
) -> Holding:
    """Its agent answers again, the newest unanswered message first of all. By who has it, by an
    admin, or by any member while nobody has come. Raises as `take`."""
    said = await said_so_far(tenant_id, conversation_id)
    async with HouseSession(tenant_id, "hand_over") as session, session.transaction():
        held, member = await enter(session, said.channel, conversation_id, member_id)
        require_epoch(held, epoch)
        if held.handling == "agent":
            raise Conflict(f"{held.agent_name} answers here already.", code="not_held")
        if held.held_by not in (None, member.id) and member.role not in MAY_ADMINISTER:
            raise is_held(held)
        require_shown(held, member)
        telling = Telling(held)
        changed, _ = await holding.change(session, held, "agent")
        await items.resolve_hand_overs(session, held.channel, held.id, member.id)
        await say_notice(session, held, telling, "given_back", handling="agent")
        await resume(session, held, telling)
        await waiting.wait_for_paused(session, held)
        session.after_commit(telling.tell)
        return Holding(held.id, "agent", changed)


# ── hand over ──────────────────────────────────────────────────────────────────────────────────


async def hand_over(
    tenant_id: UUID,
    channel: str,
    conversation_id: UUID,
    ending: HandOver,
    *,
    reason: str,
    summary: str,
) -> StoredOutcome | None:
    """A worker's run ends with it: the notice is the outcome of its message, and a person is
    waited for. None, and nothing is stored, if the run is not this worker's any more.

    Raises Conflict for a member's own chat: that they show to a colleague themselves.
    """
    async with HouseSession(tenant_id, "hand_over") as session, session.transaction():
        held = await holding.lock_held(session, channel, conversation_id)
        if held is None:
            return None
        if held.channel == WEB_CHANNEL:
            raise Conflict(
                "This chat is a member's own, who shows it to a colleague themselves.",
                code="private",
            )
        thread = (held.tenant_id, held.channel, str(held.id))
        if not any(ending.is_of(run) for run in await queue.lock_unfinished(session, *thread)):
            return None
        telling = Telling(held)
        _, speaks = await holding.change(session, held, "waiting", somebody_waits=True)
        kind, handling = waiting_sentence(speaks)
        text = notice(kind, held.language, agent=held.agent_name)
        *merged, outcome = await interrupting.end_handed_over(session, held, ending, text)
        telling.frames += [outcome_frame(held.id, each, author=NOTICE) for each in merged]
        telling.frames.append(
            outcome_frame(held.id, outcome, text, author=NOTICE, attempt=ending.attempt)
        )
        telling.handling = handling
        if handling != "agent":
            await interrupt(session, held, SaidSoFar(channel), telling)
        details = {"reason": reason, "summary": summary}
        await open_item(session, held, "handover", details)
        session.after_commit(telling.tell)
        return outcome


async def show_to_colleague(tenant_id: UUID, conversation_id: UUID, user_id: UUID) -> Holding:
    """The person whose own chat it is asks for a colleague, who may then take it. Asking twice asks
    once. Raises NotFound, Forbidden for anybody else's."""
    said = await said_so_far(tenant_id, conversation_id)
    async with HouseSession(tenant_id, "hand_over") as session, session.transaction():
        held, _ = await enter(session, said.channel, conversation_id, user_id)
        if held.user_id != user_id:
            raise Forbidden("Only the person whose chat it is may show it to a colleague.")
        if held.handling != "agent":
            return as_it_is(held)
        return await wait_for_person(session, held, said, kind="asked_for_person")


async def expire_holds(*, after_s: float, limit: int = 100) -> int:
    """Of all tenants: back to waiting for another colleague, wherever the one who has it left or
    lets the person wait for so long; how many were."""
    async with SystemSession("sweep") as session, session.transaction():
        found = await holding.expired(session, after_s=after_s, limit=limit)
    return sum([await _expire(each, after_s) for each in found])


async def _expire(found: Expired, after_s: float) -> bool:
    said = SaidSoFar(found.channel)  # while a person has it nobody else says anything
    async with HouseSession(found.tenant_id, "hand_over") as session, session.transaction():
        held = await holding.lock_held(session, found.channel, found.conversation_id)
        if held is None or not await holding.is_expired(session, held, after_s=after_s):
            return False
        await items.resolve_hand_overs(session, held.channel, held.id, None)
        await wait_for_person(session, held, said, kind="handover", left=held.holder_name)
        return True


async def end_with_reset(tenant_id: UUID, channel: str, conversation_id: UUID) -> None:
    """A conversation was emptied: nobody is waited for any more, and what was not sent is not.

    Called after the reset's commit; its agent has the conversation since then.
    """
    async with HouseSession(tenant_id, "reset") as session, session.transaction():
        held = await holding.lock_held(session, channel, conversation_id)
        if held is not None and held.handling == "agent":
            await items.resolve_hand_overs(session, channel, conversation_id, None)
            await interrupting.drop_deliveries(session, held, whoever=True)
            session.after_commit(Telling(held, handling="agent").tell)
