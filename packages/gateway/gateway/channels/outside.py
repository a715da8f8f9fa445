"""What a platform tells us: proved, read, stored; 200 after the last commit, and not before.

Who asks is whoever knows the address, which is hard to guess and proves nothing: the request proves
itself with the account's secret, and must speak of that account. What is stored is an event each,
one transaction after the other. If one cannot be stored the answer is 503, and the platform comes
again with all of them, of which those that were stored are known.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from uuid import UUID

from fastapi import Request, Response
from shared.channels import connections
from shared.channels.connections import NO_SUCH_CONNECTION, Account, known_accounts
from shared.channels.events import Deleted, Edited, Ignored, Inbound, Lifecycle, NotGenuine
from shared.config import settings
from shared.conversations import receive, revisions
from shared.conversations.receive import Heard
from shared.conversations.revisions import Revised
from shared.errors import NotAuthenticated, NotFound, Unavailable
from shared.log import get_logger
from shared.models.message import ChannelType, KonstructMessage, MessageContent, SenderInfo
from shared.redis_keys import channel_ignored_key
from shared.tenants import rate_limits
from shared.valkey.batch import get_batch

from gateway import metrics

log = get_logger(__name__)

IGNORED_KEPT_S = 48 * 3600


@dataclass(frozen=True, slots=True)
class Raw:
    """A request as it came: what is proved are its bytes."""

    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Read:
    """What a request says, and which account it says it is about."""

    account_key: str
    events: list[Inbound]


class Reader(Protocol):
    """Pure functions over bytes, one a channel."""

    channel: ChannelType

    def verify(self, request: Raw, account: Account, now: datetime) -> None:
        """Raises NotGenuine."""

    def read(self, request: Raw, account: Account) -> Read:
        """Raises ValueError for what cannot be read."""


async def take(reader: Reader, connection_id: str, request: Request) -> Response:
    """Answer a platform's request. Raises NotFound, NotAuthenticated, Unavailable, and what the
    database says when it is away, which is answered with 503."""
    account = await _account(reader, connection_id)
    raw = Raw(request.headers, await request.body())
    try:
        reader.verify(raw, account, datetime.now(UTC))
    except NotGenuine:
        _refuse(account, "forged")
    try:
        read = reader.read(raw, account)
    except ValueError:
        _ignore(account, "unreadable")
        return Response()
    if read.account_key != account.external_key:
        log.error("events_of_another_account", connection_id=connection_id, channel=account.channel)
        _refuse(account, "another_account")
    for event in read.events:
        await _store(account, event)
    return Response()


async def _account(reader: Reader, connection_id: str) -> Account:
    try:
        account = await known_accounts.of(UUID(connection_id), reader.channel)
    except ValueError:
        account = None
    if account is None:
        raise NotFound(NO_SUCH_CONNECTION)
    if account.state == "proving":
        raise Unavailable("This connection is being proved. Come again in a moment.")
    return account


def _refuse(account: Account, reason: str) -> None:
    metrics.INBOUND_REFUSED.labels(account.channel, reason).inc()
    raise NotAuthenticated("This request does not prove that it comes from the account's platform.")


async def _store(account: Account, event: Inbound) -> None:
    match event:
        case Heard():
            await _store_message(account, event)
        case Edited(told, text):
            _count(account, await revisions.edit(account.tenant_id, told, text))
        case Deleted(told):
            _count(account, await revisions.delete(account.tenant_id, told))
        case Lifecycle(code):
            await connections.is_failing(account.tenant_id, account.id, code)
            metrics.INBOUND.labels(account.channel, "lifecycle").inc()
        case Ignored(reason):
            _ignore(account, reason)


async def _store_message(account: Account, heard: Heard) -> None:
    author = heard.author.external_id
    if not await rate_limits.use(settings.limits.contact, "contact", str(account.id), author):
        _ignore(account, "too_many")  # a loop, most likely
        return
    received = await receive.receive(account.tenant_id, heard)
    metrics.INBOUND.labels(account.channel, "known" if received.known else "message").inc()


def _count(account: Account, revised: Revised) -> None:
    became = "known" if revised.known else "in_time" if revised.in_time else "too_late"
    metrics.INBOUND.labels(account.channel, became).inc()


def _ignore(account: Account, reason: str) -> None:
    """Counted, for whoever wonders why nothing is answered."""
    metrics.INBOUND_IGNORED.labels(account.channel, reason).inc()
    hour = datetime.now(UTC).strftime("%Y%m%d%H")
    key = channel_ignored_key(account.tenant_id, account.id, hour)
    get_batch().put("HINCRBY", key, reason, 1)
    get_batch().put("EXPIRE", key, IGNORED_KEPT_S)


def as_message(account: Account, heard: Heard) -> KonstructMessage:
    """The one message format. Its thread is our conversation, which is not known yet."""
    return KonstructMessage(
        tenant_id=str(account.tenant_id),
        channel=ChannelType(account.channel),
        channel_metadata=heard.metadata,
        sender=SenderInfo(
            user_id=heard.author.external_id, display_name=heard.author.display_name or ""
        ),
        content=MessageContent(text=heard.text),
        timestamp=heard.sent_at or datetime.now(UTC),
    )
