"""WhatsApp's driver. Reports of what became of a message come back through the real gateway."""

from collections.abc import Mapping, Sequence
from functools import partial
from types import TracebackType
from typing import Any, Self

import httpx
from gateway.main import app
from orchestrator.channels.rendering.dialects.base import in_utf16
from orchestrator.channels.rendering.dialects.whatsapp import LIMIT
from orchestrator.scripted_whatsapp import Fault as WhatsAppFault
from orchestrator.scripted_whatsapp import Number, ScriptedWhatsApp, sign
from orchestrator.scripted_whatsapp.apps import payload

from tests.integration.conformance.driver import Account, Driver, Facts, Fault, Posted, Word


class WhatsAppDriver(Driver):
    channel = "whatsapp"
    facts = Facts(
        keys="report",
        on_unknown="repeat",
        most=LIMIT,
        measure=in_utf16,
        edits=False,
        deletes=False,
        groups=False,
        echoes=False,
        delivery_ids=False,
        timed=False,
    )

    def __init__(self) -> None:
        self._platform = ScriptedWhatsApp()
        self._platform.greets = _always

    def settings(self) -> Mapping[str, str]:
        return {"KONSTRUCT_WHATSAPP_API_URL": self._platform.base_url}

    async def __aenter__(self) -> Self:
        await self._platform.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._platform.__aexit__(kind, error, trace)

    def account(self, name: str) -> Account:
        id_ = str(10**12 + len(self._platform.numbers))
        number = self._platform.number(id_, app=name)
        number.webhooks.send = partial(_send, number)  # type: ignore[method-assign]
        number.keeps_window = False
        given = {
            "phone_number_id": id_,
            "access_token": number.access_token,
            "app_secret": number.app.secret,
        }
        return Account(name, id_, given, number)

    def said(self, account: Account, word: Word) -> dict[str, Any]:
        number: Number = account.its
        who = number.person(word.place)
        message = {
            "id": f"wamid.{word.message}",
            "timestamp": str(int(word.at.timestamp())),
            "type": "text",
            "text": {"body": word.text},
        } | (
            {"from": number.display_phone_number}
            if word.by == "ourselves"
            else who.author(number.waba)
        )
        value: dict[str, Any] = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "1", "phone_number_id": account.key},
            "contacts": [who.contact(number.waba)],
            "messages": [message],
        }
        if word.odd:
            del value["contacts"]
            value["new"] = {"field": [1]}
            message["unheard_of"] = None
        # What else writes in the business's name is its own people, in WhatsApp's own app.
        field = "smb_message_echoes" if word.by == "bot" else "messages"
        return {"waba": number.waba, "field": field, "value": value}

    def posted(
        self,
        account: Account,
        event: Any,
        *,
        forged: bool = False,
        age_s: float = 0.0,
        about: Account | None = None,
    ) -> Posted:
        if about is not None:
            metadata = event["value"]["metadata"] | {"phone_number_id": about.key}
            event = event | {"value": event["value"] | {"metadata": metadata}}
        body = payload([event])
        return Posted(body, sign("guessed" if forged else account.its.app.secret, body))

    def arrived(self, account: Account, place: str) -> Sequence[str]:
        number: Number = account.its
        return number.texts(place)

    def fault(self, account: Account, kind: Fault) -> None:
        account.its.faults.add(WhatsAppFault(kind, retry_after=3600))

    def faultless(self, account: Account) -> None:
        account.its.faults.clear()

    def revoke(self, account: Account, *, after: int = 0) -> None:
        account.its.revoke_after(after)

    def restore(self, account: Account) -> None:
        account.its.restore()


async def _always(url: str, verify_token: str) -> bool:
    return True


async def _send(number: Number, body: bytes, headers: dict[str, str] | None = None) -> int | None:
    """As the platform would over a socket."""
    if number.webhooks.url is None:
        return None
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport) as client:
        signed = {"Content-Type": "application/json"} | (headers or number.webhooks.signed(body))
        return (await client.post(number.webhooks.url, content=body, headers=signed)).status_code
