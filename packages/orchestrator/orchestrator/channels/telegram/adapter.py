"""Speaks to Telegram as a bot."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from shared.channels.accounts import Account, webhook_url
from shared.channels.events import Inbound
from shared.channels.proofs import Health, Proved
from shared.channels.telegram import sentences
from shared.channels.telegram.events import WANTED
from shared.conversations.media import MediaRef

from orchestrator.channels.adapter import (
    Abilities,
    AccountRefused,
    BaseAdapter,
    Found,
    Line,
    NotSent,
    OnUnknown,
    Part,
    Rate,
    Unknown,
    Unsure,
    Verdict,
)
from orchestrator.channels.rendering import render
from orchestrator.channels.rendering.dialects import TELEGRAM
from orchestrator.channels.telegram import files, polling
from orchestrator.channels.telegram.api import Answer, NoAnswer, call
from orchestrator.channels.telegram.health import health_of
from orchestrator.channels.telegram.receiving import needs_mending, polls, webhook_secret
from orchestrator.channels.telegram.verdicts import CANNOT_PARSE, moved_to, verdict_of

MAX_UNITS = 4_096
"""UTF-16 units of a message, after its entities were read."""
ACCOUNT_RATE = Rate(per_s=25.0, burst=25)
PLACE_RATE = Rate(per_s=1.0, burst=3)
"""Telegram asks for 30 a second in all and about one a second in a chat."""
CONNECTIONS = 40


class TelegramAdapter(BaseAdapter):
    """Its credential: `bot_token`. Telegram takes no key and cannot be asked what became of a
    message."""

    def abilities(self, account: Account) -> Abilities:
        return Abilities(
            keys="none",
            on_unknown=cast(OnUnknown, account.settings.get("on_unknown", "repeat")),
            account_rate=ACCOUNT_RATE,
            place_rate=PLACE_RATE,
        )

    def render(self, markdown: str) -> Sequence[Part]:
        return [
            {"html": one.text, "plain": one.plain} for one in render(markdown, TELEGRAM, MAX_UNITS)
        ]

    async def send(self, part: Part, place: str, key: UUID, line: Line) -> Verdict:  # noqa: ARG002
        """One to a group that has moved is sent where it is now; one that Telegram cannot read,
        once more, plain. Nothing of those was taken before."""
        to, text = _addressed(place), _formatted(part)
        try:
            answer = await call(line, "sendMessage", to | text)
            if (new := moved_to(answer)) is not None:
                to |= {"chat_id": new}
                answer = await call(line, "sendMessage", to | text)
            if verdict_of(answer, place) == CANNOT_PARSE:
                answer = await call(line, "sendMessage", to | {"text": part["plain"]})
        except NoAnswer as error:
            return Unsure(error.why) if error.left else NotSent("unreachable")
        return verdict_of(answer, place)

    async def look_up(self, place: str, key: UUID, line: Line) -> Found:  # noqa: ARG002
        return Unknown("cannot_be_asked")

    async def working(self, place: str, line: Line) -> None:
        with suppress(NoAnswer):
            action = _addressed(place) | {"action": "typing"}
            await call(line, "sendChatAction", action, within_s=5.0)

    def fetch(self, media: MediaRef, line: Line) -> AsyncIterator[bytes]:
        return files.fetch(media, line)

    async def prove(self, line: Line) -> Proved:
        bot = (await _required(line, "getMe")).result
        return Proved(
            external_key=str(bot["id"]),
            name=str(bot.get("first_name") or bot.get("username")),
            settings={
                "own_id": str(bot["id"]),
                "username": str(bot.get("username", "")),
                "reads_groups": bool(bot.get("can_read_all_group_messages")),
            },
            credentials={"webhook_secret": webhook_secret(line)},
            listens=polls(line.account),
        )

    async def subscribe(self, webhook_url: str, line: Line) -> None:
        """To a webhook or to polling, never both: what is set for the other ends first."""
        if polls(line.account):
            await _required(line, "deleteWebhook")
            return
        webhook = {
            "url": webhook_url,
            "secret_token": webhook_secret(line),
            "allowed_updates": WANTED,
            "max_connections": CONNECTIONS,
        }
        answer = await call(line, "setWebhook", webhook)
        if not answer.ok:
            _require_token(answer)
            why = answer.description.removeprefix("Bad Request: ")
            raise AccountRefused("webhook_refused", sentences.health("webhook_refused", why=why))

    async def unsubscribe(self, line: Line) -> None:
        await _required(line, "deleteWebhook")

    async def check(self, line: Line) -> Health:
        """What another way of receiving has left behind, or a former address of ours, is mended."""
        bot, webhook = await _required(line, "getMe"), await _required(line, "getWebhookInfo")
        if needs_mending(line.account, webhook.result):
            await self.subscribe(webhook_url(line.account), line)
            webhook = await _required(line, "getWebhookInfo")
        return health_of(line.account, bot.result, webhook.result)

    def listen(
        self,
        cursors: Mapping[str, str],  # noqa: ARG002
        line: Line,
    ) -> AsyncIterator[tuple[Inbound, None]]:
        """There is no cursor: Telegram remembers what was not taken."""
        return polling.listen(line)


def _addressed(place: str) -> dict[str, Any]:
    """A place is a chat, or a topic of one."""
    chat, _, topic = place.partition("/")
    return {"chat_id": int(chat)} | ({"message_thread_id": int(topic)} if topic else {})


def _formatted(part: Part) -> dict[str, Any]:
    """Without previews of links, for which Telegram would fetch whatever address stands there."""
    return {
        "text": part["html"],
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


async def _required(line: Line, method: str, given: Mapping[str, Any] | None = None) -> Answer:
    """Raises AccountRefused where Telegram refuses for good, NoAnswer where it is not itself."""
    answer = await call(line, method, given)
    if answer.ok:
        return answer
    _require_token(answer)
    if answer.status == 429 or answer.status >= 500:
        raise NoAnswer(f"http_{answer.status}", left=True)
    raise AccountRefused(f"http_{answer.status}", f"Telegram said: {answer.description}.")


def _require_token(answer: Answer) -> None:
    if answer.status in (401, 404):
        raise AccountRefused("token_revoked", sentences.health("token_revoked"))
