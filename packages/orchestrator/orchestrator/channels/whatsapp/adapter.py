"""Speaks to WhatsApp by Meta's Cloud API.

Meta takes no key that makes a repeat harmless. Each message carries ours along, and Meta tells it
back with what became of the message, by webhook.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import aiohttp
from shared.channels.accounts import Account
from shared.channels.proofs import Health, Proved
from shared.channels.whatsapp.ids import own_verify_token, recipient
from shared.channels.whatsapp.sentences import sentence_of
from shared.conversations.media import MediaRef

from orchestrator.channels.adapter import (
    Abilities,
    AccountRefused,
    BaseAdapter,
    Found,
    Line,
    NotSent,
    Part,
    Rate,
    Unsure,
    Verdict,
)
from orchestrator.channels.rendering import render
from orchestrator.channels.rendering.dialects import WHATSAPP
from orchestrator.channels.rendering.dialects.whatsapp import LIMIT
from orchestrator.channels.whatsapp import files
from orchestrator.channels.whatsapp.graph import Answer, NotItself, call, never_left
from orchestrator.channels.whatsapp.verdicts import verdict_on

ACCOUNT_RATE = Rate(per_s=60.0, burst=40)
"""Of 80 a second, people's own messages among them."""
PLACE_RATE = Rate(per_s=1 / 6, burst=8)
"""To one person one message in 6 s; a short answer in parts leaves at once."""
SIGN_S = 20.0
"""Of 25, after which Meta shows it no more."""
_NUMBER_FIELDS = "id,display_phone_number,verified_name,quality_rating"


class WhatsAppAdapter(BaseAdapter):
    def abilities(self, account: Account) -> Abilities:  # noqa: ARG002
        return Abilities(
            keys="report",
            on_unknown="repeat",
            account_rate=ACCOUNT_RATE,
            place_rate=PLACE_RATE,
            sign_of_message_s=SIGN_S,
        )

    def render(self, markdown: str) -> Sequence[Part]:
        return [{"text": part.text} for part in render(markdown, WHATSAPP, LIMIT)]

    async def send(self, part: Part, place: str, key: UUID, line: Line) -> Verdict:
        message = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **recipient(place),
            **_content(part),
            "biz_opaque_callback_data": str(key),
        }
        try:
            answer = await call(line, "POST", f"{_number(line)}/messages", message)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            code = type(error).__name__
            return NotSent("unreachable") if never_left(error) else Unsure(code)
        return verdict_on(answer)

    def opener(self, line: Line) -> Part | None:
        """The business's approved template, if it has named one."""
        name = line.account.settings.get("template")
        language = line.account.settings.get("template_language", "en")
        return name and {
            "template": {
                "name": name,
                "language": {"policy": "deterministic", "code": language},
            }
        }

    async def look_up(self, place: str, key: UUID, line: Line) -> Found:  # noqa: ARG002
        return Unsure("told_by_webhook_alone")

    async def working(self, place: str, line: Line) -> None:  # noqa: ARG002
        """Marks the message as read and shows that somebody writes, for 25 s at most."""
        if line.answering is not None:
            shown = {
                "messaging_product": "whatsapp",
                "status": "read",
                "message_id": line.answering,
                "typing_indicator": {"type": "text"},
            }
            await call(line, "POST", f"{_number(line)}/messages", shown)

    def fetch(self, media: MediaRef, line: Line) -> AsyncIterator[bytes]:
        return files.fetch(media, line)

    async def prove(self, line: Line) -> Proved:
        number = str(line.account.settings.get("phone_number_id", ""))
        answer = await _required(line, "GET", number, fields=_NUMBER_FIELDS)
        if str(answer.get("id", number)) != number:
            raise AccountRefused("another_number", sentence_of("another_number"))
        shown = str(answer.get("display_phone_number", ""))
        return Proved(
            number,
            name=answer.get("verified_name") or shown or None,
            picture_url=await _picture_url(line, number),
            settings={"display_phone_number": shown, "own_id": _digits(shown)},
        )

    async def subscribe(self, webhook_url: str, line: Line) -> None:
        """The app hears of the account, and of this number at our address. Where Meta does not let
        us set that, whoever connects it does so by hand, as the page on WhatsApp says."""
        if (waba := line.account.settings.get("waba_id")) is not None:
            await _required(line, "POST", f"{waba}/subscribed_apps")
        if secret := line.account.credentials.get("app_secret"):
            await _point_to(line, webhook_url, own_verify_token(secret))

    async def unsubscribe(self, line: Line) -> None:
        """This number alone: the app may hear of others of the same account."""
        if line.account.credentials.get("app_secret"):
            await _point_to(line, "", "")

    async def check(self, line: Line) -> Health:
        health = await super().check(line)
        waba = line.account.settings.get("waba_id")
        if health.ok and waba is not None:
            subscribed = await _required(line, "GET", f"{waba}/subscribed_apps")
            if not subscribed.get("data"):
                return Health(False, "not_subscribed", sentence_of("not_subscribed"), health.name)
        return health


def _content(part: Part) -> dict[str, Any]:
    if "template" in part:
        return {"type": "template", "template": part["template"]}
    return {"type": "text", "text": {"body": part["text"], "preview_url": False}}


def _number(line: Line) -> str:
    return str(line.account.external_key)


async def _point_to(line: Line, url: str, verify_token: str) -> None:
    told = {"override_callback_uri": url, "verify_token": verify_token}
    answer = await call(line, "POST", _number(line), {"webhook_configuration": told})
    if answer.code == 190:
        raise _refused(answer)


async def _picture_url(line: Line, number: str) -> str | None:
    """The picture people see there; nothing depends on it."""
    try:
        answer = await call(
            line, "GET", f"{number}/whatsapp_business_profile", fields="profile_picture_url"
        )
        (profile,) = answer.body.get("data") or [{}]
        url = profile.get("profile_picture_url")
        return str(url) if url else None
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError):
        return None


async def _required(
    line: Line, method: str, path: str, body: dict[str, Any] | None = None, **query: str
) -> dict[str, Any]:
    """Raises AccountRefused, NotItself."""
    answer = await call(line, method, path, body, **query)
    if answer.ok:
        return answer.body
    if answer.status == 429 or answer.status >= 500:
        raise NotItself(f"http_{answer.status}")
    raise _refused(answer)


def _refused(answer: Answer) -> AccountRefused:
    code = f"http_{answer.status}" if answer.code is None else str(answer.code)
    return AccountRefused(code, sentence_of(code))


def _digits(number: str) -> str:
    return "".join(each for each in number if each.isdigit())
