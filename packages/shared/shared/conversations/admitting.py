"""Whether a contact's message is answered; if not, what is done instead, in its own transaction.

It is stored in any case. Why it is not answered is noted with its event.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.conversations import announcing, contacts, interrupting, opting, waiting
from shared.conversations.inbound import Locked
from shared.conversations.predicates import CONFIRMS_OPT_OUT
from shared.db import HouseSession
from shared.runs import queue
from shared.valkey.publish import publish_run_control

ANSWERED_UP_TO = timedelta(hours=24)
"""What a platform tells us later than that is stored and shown, and not answered."""
OVERHEARD, HELD = "overheard", "held"
NOBODYS_NEWS = (None, OVERHEARD, HELD)
"""It was not meant for us, or somebody else has the conversation: nothing for an admin to see."""


@dataclass(frozen=True, slots=True)
class Given:
    """A message that came in, and its conversation, which the caller has locked."""

    channel: str
    text: str
    sent_at: datetime | None
    addressed: bool
    conversation: Locked

    @property
    def opts(self) -> opting.Opts | None:
        """Whether it asks for no more messages, or for messages again. In a group nobody does."""
        if self.conversation.contact_id is None:
            return None
        asked = opting.asked(self.channel, self.text)
        is_out = self.conversation.has_opted_out
        return asked if asked == ("in" if is_out else "out") else None

    @property
    def is_late(self) -> bool:
        return self.sent_at is not None and datetime.now(UTC) - self.sent_at > ANSWERED_UP_TO


def marks(given: Given) -> list[dict[str, Any]]:
    """Parts of the message that say why it is not to be answered, whoever answers later."""
    if given.opts is not None:
        return [{"kind": "opts"}]
    if not given.addressed:
        return [{"kind": OVERHEARD}]
    if given.is_late and given.sent_at is not None:
        return [{"kind": "arrived_late", "sent_at": given.sent_at.isoformat()}]
    return []


async def why_not_answered(session: HouseSession, given: Given, *, has_room: bool) -> str | None:
    """None if its agent shall answer. The message is stored; a tenant that has reached a limit has
    no room for its answer."""
    conversation = given.conversation
    if (opts := given.opts) is not None:
        await _opt(session, given, out=opts == "out")
        return f"opts_{opts}"
    if conversation.has_opted_out:
        return "has_opted_out"
    if not given.addressed:
        return OVERHEARD
    if given.is_late:
        return "arrived_late"
    if conversation.handling != "agent":
        return HELD
    if not conversation.agent_is_active:
        await waiting.wait(session, given.channel, conversation.id, "employee_paused")
        return "agent_paused"
    if not has_room:
        await waiting.wait(session, given.channel, conversation.id, "limit_reached")
        return "limit_reached"
    return None


async def _opt(session: HouseSession, given: Given, *, out: bool) -> None:
    """Whoever opts out reads one sentence more: what is being answered ends with nothing said, and
    what was not sent yet is not sent."""
    conversation = given.conversation
    assert conversation.contact_id is not None
    await contacts.opt(session, conversation.contact_id, out=out)
    held = await announcing.locked(session, given.channel, conversation.id)
    if not out:
        await announcing.announce(session, held, "opted_in")
        return
    thread = (held.tenant_id, held.channel, str(held.id))
    ended = [run.id for run in await queue.lock_unfinished(session, *thread)]
    await queue.cancel_unfinished(session, *thread)
    session.after_commit(lambda: publish_run_control(ended))
    await interrupting.drop_deliveries(session, held, whoever=True)
    await announcing.announce(session, held, "opted_out", hints={CONFIRMS_OPT_OUT: True})
