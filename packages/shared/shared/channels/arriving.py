"""What a platform told us, stored: the same for all channels, whoever heard it.

What bots say, we ourselves among them, and what people in a group say to each other is passed over
here and nowhere else: a channel's reader only says who spoke and whether we were addressed.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from shared.channels import connections, people, reports
from shared.channels.accounts import Account
from shared.channels.cursors import At
from shared.channels.events import (
    AddressChanged,
    Deleted,
    Edited,
    Ignored,
    Inbound,
    Lifecycle,
    Moved,
    Reported,
)
from shared.config import settings
from shared.conversations import addresses, receive, revisions
from shared.conversations.inbound_events import First, nothing
from shared.conversations.receive import Heard, Then
from shared.conversations.revisions import Revised
from shared.db import HouseSession
from shared.jobs import queue
from shared.jobs.kinds import CHANNEL_FILES
from shared.jobs.nudges import nudge
from shared.redis_keys import channel_ignored_key
from shared.tenants import rate_limits
from shared.valkey.batch import get_batch

IGNORED_KEPT_S = 48 * 3600


@dataclass(frozen=True, slots=True)
class Became:
    """What became of an event, as figures name it. Of an `ignored` one nothing was stored."""

    what: str
    ignored: bool = False


async def hear(account: Account, event: Inbound | None, at: At) -> Became:
    """The same for a listener, whose cursor moves with what is stored, and also where nothing is.
    Raises NotOurs."""
    became = Became("nothing", ignored=True)
    if event is not None:
        became = await store(account, event, at.move)
    if became.ignored or not isinstance(event, Heard | Edited | Deleted):
        await at.move_alone(account.tenant_id)
    return became


async def store(account: Account, event: Inbound, first: First = nothing) -> Became:
    """One event, one transaction; told again, nothing changes. Raises what the database says when
    it is away."""
    match event:
        case Heard():
            return await _hear(account, event, first)
        case Edited(told, text):
            return _revised(await revisions.edit(account.tenant_id, told, _clean(text), first))
        case Deleted(told):
            return _revised(await revisions.delete(account.tenant_id, told, first))
        case Moved(before, now):
            await receive.move(account.tenant_id, account.id, account.channel, before, now)
            return Became("moved")
        case Lifecycle(code):
            await connections.is_failing(account.tenant_id, account.id, code)
            return Became("lifecycle")
        case Reported():
            return Became(await reports.note(account, event))
        case AddressChanged(before, now, number):
            moved = await addresses.change_address(
                account.tenant_id, account.id, before, now, number
            )
            return Became("moved" if moved else "known")
        case Ignored(reason):
            return ignore(account, reason)


def ignore(account: Account, reason: str) -> Became:
    """Counted, for whoever wonders why nothing is answered."""
    hour = datetime.now(UTC).strftime("%Y%m%d%H")
    key = channel_ignored_key(account.tenant_id, account.id, hour)
    get_batch().put("HINCRBY", key, reason, 1)
    get_batch().put("EXPIRE", key, IGNORED_KEPT_S)
    return Became(reason, ignored=True)


async def _hear(account: Account, heard: Heard, first: First) -> Became:
    author = heard.author.external_id
    if heard.is_bot or author in (account.external_key, account.settings.get("own_id")):
        return ignore(account, "bot")
    heard = replace(heard, text=_clean(heard.text))
    if not heard.text and not heard.files:
        return ignore(account, "empty")
    if not heard.addressed:
        is_ours = await receive.is_our_thread(account.tenant_id, heard)
        if not is_ours and not account.options.get("store_unaddressed"):
            return ignore(account, "not_addressed")
        heard = replace(heard, addressed=is_ours)
    if not await rate_limits.use(settings.limits.contact, "contact", str(account.id), author):
        return ignore(account, "too_many")  # a loop, most likely
    received = await receive.receive(
        account.tenant_id, heard, first, _fetching(account) if heard.files else receive.nothing_more
    )
    if heard.author.display_name is None and not received.known:
        await people.ask_about(account, author)
    return Became("known" if received.known else "message")


def _fetching(account: Account) -> Then:
    """A worker fetches the message's files soon, since platforms' links to them end."""

    async def fetch(session: HouseSession, message_id: UUID) -> None:
        job_id = await queue.add(
            session,
            tenant_id=account.tenant_id,
            kind=CHANNEL_FILES,
            subject=str(message_id),
            unique_key=f"{CHANNEL_FILES}:{message_id}",
            args={"channel": account.channel, "connection_id": str(account.id)},
        )

        async def tell() -> None:
            nudge(account.tenant_id, job_id)

        session.after_commit(tell)

    return fetch


def _clean(text: str) -> str:
    """PostgreSQL keeps no NUL, and a half of a surrogate pair is no text."""
    return (
        text.replace("\0", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace").strip()
    )


def _revised(revised: Revised) -> Became:
    return Became("known" if revised.known else "in_time" if revised.in_time else "too_late")
