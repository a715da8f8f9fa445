"""The steps by which a conversation changes hands: parts of the transactions of `handover`.

The caller has begun one, and what is to be told is gathered in its `Telling`.
"""

from dataclasses import dataclass
from uuid import UUID

from shared.attention import items
from shared.conversations import holding, interrupting, speaking
from shared.conversations.frames import outcome_frame, said_frame
from shared.conversations.holding import Held
from shared.conversations.notices import NoticeKind, notice
from shared.conversations.places import WEB_CHANNEL
from shared.conversations.resuming import resume
from shared.conversations.said_so_far import SaidSoFar
from shared.conversations.telling import Telling
from shared.db import HouseSession
from shared.errors import Conflict, Forbidden
from shared.events import Author
from shared.identity.memberships import NamedMember, named_member
from shared.runs import queue

NOTICE = Author(kind="system")


@dataclass(frozen=True, slots=True)
class Holding:
    """Who has a conversation. `hold_epoch` is another after each change."""

    conversation_id: UUID
    handling: str
    hold_epoch: int
    held_by: UUID | None = None
    holder_name: str | None = None


async def enter(
    session: HouseSession, channel: str, conversation_id: UUID, member_id: UUID
) -> tuple[Held, NamedMember]:
    """The conversation, locked, and the member. Raises NotFound, Forbidden."""
    member = await named_member(session, session.tenant_id, member_id)
    if member is None:
        raise Forbidden("Only a member of this business may do this.")
    held = await holding.lock_held(session, channel, conversation_id)
    if held is None:
        raise holding.no_such_conversation()
    return held, member


async def interrupt(session: HouseSession, held: Held, said: SaidSoFar, telling: Telling) -> None:
    """End the thread's unfinished runs; what each was to answer has failed, with what was said."""
    runs = await queue.lock_unfinished(session, held.tenant_id, held.channel, str(held.id))
    for run in runs:
        if run.message_id is None:
            continue
        text = said.texts.get((run.id, run.attempt), "")
        *merged, failed = await interrupting.end_taken_over(session, held, run.id, text)
        telling.frames += [outcome_frame(held.id, each) for each in merged]
        telling.frames.append(interrupting.frame(held, failed, text, run.attempt))
    await queue.cancel_unfinished(session, held.tenant_id, held.channel, str(held.id))
    telling.ended_runs += [run.id for run in runs]


async def say_notice(
    session: HouseSession,
    held: Held,
    telling: Telling,
    kind: NoticeKind,
    *,
    handling: str,
    member: str | None = None,
) -> None:
    text = notice(kind, held.language, agent=held.agent_name, member=member)
    stored = await speaking.say(session, held, text, author_kind="system")
    frame = said_frame(held.id, stored, text, author=NOTICE, handling=handling)
    telling.frames.append(frame)
    telling.handling = handling


def waiting_sentence(speaks: str) -> tuple[NoticeKind, str]:
    """What is said of it, and who answers meanwhile."""
    return ("waiting_helped", "agent") if speaks == "agent" else ("waiting", "waiting")


def require_shown(held: Held, member: NamedMember) -> None:
    """A member's own chat with an agent is theirs until they show it to their colleagues."""
    is_own = held.channel == WEB_CHANNEL
    if is_own and held.handling == "agent" and held.user_id != member.id:
        raise Forbidden(
            "This is a member's own chat. They can show it to a colleague themselves.",
            code="private",
        )


def require_epoch(held: Held, epoch: int | None) -> None:
    if epoch is not None and epoch != held.hold_epoch:
        raise Conflict(
            "The conversation has changed hands since you looked. Look again.",
            code="changed_meanwhile",
        )


def is_held(held: Held) -> Conflict:
    who = held.holder_name or "Another colleague"
    return Conflict(f"{who} has this conversation.", code="taken")


def as_it_is(held: Held) -> Holding:
    return Holding(held.id, held.handling, held.hold_epoch, held.held_by, held.holder_name)


async def wait_for_person(
    session: HouseSession,
    held: Held,
    said: SaidSoFar,
    *,
    kind: items.Kind,
    left: str | None = None,
) -> Holding:
    telling = Telling(held)
    epoch, speaks = await holding.change(session, held, "waiting", somebody_waits=True)
    sentence, handling = waiting_sentence(speaks)
    if handling != "agent":
        await interrupt(session, held, said, telling)
    if held.held_by is not None:
        sentence = "back_to_waiting"
    await say_notice(session, held, telling, sentence, handling=handling, member=left)
    await open_item(session, held, kind, {})
    if handling == "agent" and held.held_by is not None:
        await resume(session, held, telling)
    session.after_commit(telling.tell)
    return Holding(held.id, "waiting", epoch)


async def open_item(
    session: HouseSession, held: Held, kind: items.Kind, details: dict[str, str]
) -> None:
    await items.open_about_conversation(
        session,
        kind,
        agent_id=held.agent_id,
        channel=held.channel,
        conversation_id=held.id,
        details=details,
    )
