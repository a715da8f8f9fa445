"""One text, sent on a channel now: for scripts. It makes no delivery, so nobody sends it again."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from shared.channels import connections
from shared.channels.accounts import Account
from shared.channels.leases import CALL_TIMEOUT_S
from shared.errors import NotFound
from shared.log import get_logger
from shared.models.message import ChannelType
from shared.secrets.envelope import SecretUnreadable

from orchestrator.channels.adapter import Line, Sent
from orchestrator.channels.adapters import adapter_of

log = get_logger(__name__)


async def send_at_once(
    channel: ChannelType,
    text: str,
    extras: Mapping[str, Any],
    *,
    place: str | None,
    hints: Mapping[str, Any] | None = None,
) -> None:
    """Send it there, part by part; what cannot be sent is logged. The account is the one that
    `connection_id` names, else the tenant's only live one on this channel."""
    adapter, account = adapter_of(channel), await _account(channel, extras)
    if adapter is None or account is None or not place:
        log.warning(
            "text_without_way_out",
            channel=str(channel),
            has_adapter=adapter is not None,
            has_account=account is not None,
            has_place=bool(place),
        )
        return
    parts = [dict(part) for part in adapter.render(text)]
    if parts and hints:
        parts[0]["hints"] = dict(hints)
    timeout = aiohttp.ClientTimeout(total=CALL_TIMEOUT_S)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as http:
        for part in parts:
            verdict = await adapter.send(part, place, uuid4(), Line(account, http))
            if not isinstance(verdict, Sent):
                log.warning("text_not_sent", channel=str(channel), code=verdict.code)
                return


async def _account(channel: ChannelType, extras: Mapping[str, Any]) -> Account | None:
    try:
        tenant_id = UUID(str(extras.get("tenant_id")))
        named = extras.get("connection_id")
        if not named:
            return await connections.only_live(tenant_id, channel)
        account = await connections.account(tenant_id, UUID(str(named)))
    except (ValueError, NotFound, SecretUnreadable):
        return None
    return account if account.channel == channel and account.state in connections.LIVE else None
