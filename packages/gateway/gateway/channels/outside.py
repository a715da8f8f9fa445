"""What a platform tells us: proved, read, stored; 200 after the last commit, and not before.

`/channels/{type}/{connection_id}` is one account's. Its address is hard to guess and proves
nothing: a request proves itself with the account's secret, and must speak of that account alone.
`/channels/{type}/events` is the operator's app's, for the accounts of all tenants. A request there
proves itself with the app's secret, and names its accounts.

What is stored is an event each, one transaction after the other. If one cannot be stored the answer
is 503, and the platform comes again with all of them, of which those that were stored are known.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import NoReturn
from uuid import UUID

from fastapi import APIRouter, Request, Response
from shared.channels import arriving
from shared.channels.accounts import Account
from shared.channels.arriving import Became
from shared.channels.connections import NO_SUCH_CONNECTION
from shared.channels.credentials import DEVELOPMENT_CHANNELS
from shared.channels.events import NotGenuine
from shared.channels.known_accounts import known_accounts
from shared.config import settings
from shared.errors import NotAuthenticated, NotFound, Unavailable
from shared.log import get_logger

from gateway import metrics
from gateway.channels.reader import Handshake, Raw, Reader

log = get_logger(__name__)


def routes_of(reader: Reader) -> APIRouter:
    """Where the platform of this reader tells us what happens."""
    router = APIRouter(prefix=f"/channels/{reader.channel}", include_in_schema=False)

    @router.api_route("/events", methods=["GET", "POST"], name=f"{reader.channel}_app_events")
    async def app_events(request: Request) -> Response:
        return await take_for_app(reader, request)

    @router.api_route("/{connection_id}", methods=["GET", "POST"], name=f"{reader.channel}_events")
    async def events(connection_id: str, request: Request) -> Response:
        return await take(reader, connection_id, request)

    return router


async def take(reader: Reader, connection_id: str, request: Request) -> Response:
    """Answer a request about one account. Raises NotFound, NotAuthenticated, Unavailable, and what
    the database says when it is away, which is answered with 503."""
    _require_channel(reader)
    account = await _account(reader, connection_id)
    raw = await _raw(request)
    _verify(reader, raw, account.credentials)
    try:
        claimed = reader.claim(raw)
    except ValueError:
        _count(account, arriving.ignore(account, "unreadable"))
        return Response()
    if isinstance(claimed, Handshake):
        return Response(claimed.body, media_type=claimed.media_type)
    if any(key != account.external_key for key in claimed):
        log.error("events_of_another_account", connection_id=connection_id, channel=account.channel)
        _refuse(reader, "another_account")
    await _store_all(reader, raw, account)
    return Response()


async def take_for_app(reader: Reader, request: Request) -> Response:
    """Answer a request about any accounts of the operator's app. What nobody here has is passed
    over."""
    _require_channel(reader)
    credentials = reader.app_credentials()
    if not credentials:
        raise NotFound(f"This installation has no app of its own on {reader.channel}.")
    raw = await _raw(request)
    _verify(reader, raw, credentials)
    try:
        claimed = reader.claim(raw)
    except ValueError:
        metrics.INBOUND_IGNORED.labels(reader.channel, "unreadable").inc()
        return Response()
    if isinstance(claimed, Handshake):
        return Response(claimed.body, media_type=claimed.media_type)
    for key in dict.fromkeys(claimed):
        account = await known_accounts.of_key(reader.channel, key)
        if account is None:
            metrics.INBOUND_IGNORED.labels(reader.channel, "nobodys_account").inc()
        else:
            await _store_all(reader, raw, account)
    return Response()


def _require_channel(reader: Reader) -> None:
    if reader.channel in DEVELOPMENT_CHANNELS and not settings.channels.development:
        raise NotFound(f"There is no channel {reader.channel} in this installation.")


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


async def _raw(request: Request) -> Raw:
    """The body is capped while it is read (`gateway.body_limit`)."""
    return Raw(request.method, request.query_params, request.headers, await request.body())


def _verify(reader: Reader, raw: Raw, credentials: Mapping[str, str]) -> None:
    try:
        reader.verify(raw, credentials, datetime.now(UTC))
    except NotGenuine:
        _refuse(reader, "forged")


def _refuse(reader: Reader, reason: str) -> NoReturn:
    metrics.INBOUND_REFUSED.labels(reader.channel, reason).inc()
    raise NotAuthenticated("This request does not prove that it comes from the account's platform.")


async def _store_all(reader: Reader, raw: Raw, account: Account) -> None:
    try:
        events = reader.read(raw, account)
    except ValueError:
        _count(account, arriving.ignore(account, "unreadable"))
        return
    for event in events:
        _count(account, await arriving.store(account, event))


def _count(account: Account, became: Became) -> None:
    counter = metrics.INBOUND_IGNORED if became.ignored else metrics.INBOUND
    counter.labels(account.channel, became.what).inc()
