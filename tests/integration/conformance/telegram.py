"""Telegram's driver. It signs nothing, echoes nothing, tells of nothing deleted, and can neither
take a key nor be asked."""

import zlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import orjson
from orchestrator.scripted_telegram import SECRET_HEADER, ScriptedTelegram
from orchestrator.scripted_telegram import Fault as TelegramFault
from orchestrator.scripted_telegram.entities import utf16

from tests.integration.conformance.driver import Account, Driver, Facts, Fault, Posted, Word


class TelegramDriver(Driver):
    channel = "telegram"
    facts = Facts(
        keys="none",
        on_unknown="repeat",
        most=4_096,
        measure=utf16,
        deletes=False,
        echoes=False,
        timed=False,
        names_account=False,
    )

    def __init__(self) -> None:
        self._platform = ScriptedTelegram()

    def settings(self) -> Mapping[str, str]:
        return {"KONSTRUCT_TELEGRAM_API_URL": self._platform.base_url}

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
        bot = self._platform.bot(f"{name.replace('-', '_')}_bot")
        return Account(name, str(bot.id), {"bot_token": bot.token, "receive": "webhook"}, bot)

    def said(self, account: Account, word: Word) -> dict[str, Any]:
        return {"update_id": int(word.delivery), "message": self._message(account, word)}

    def edited(self, account: Account, word: Word, text: str) -> dict[str, Any]:
        message = self._message(account, word) | {"text": text, "edit_date": 1_800_000_000}
        return {"update_id": int(word.delivery) + 1, "edited_message": message}

    def _message(self, account: Account, word: Word) -> dict[str, Any]:
        chat = account.its.chat(_chat_id(word.place, is_group=word.is_group))
        who = account.its.person(_chat_id(word.place) if word.by == "person" else 77)
        who.is_bot = word.by != "person"
        author = who.as_json()
        text, entities = word.text, []
        if word.is_group and word.addressed:
            name = f"@{account.its.username}"
            text = f"{name} {text}"
            entities = [{"type": "mention", "offset": 0, "length": len(name)}]
        if word.odd:
            author = {"id": who.id, "is_bot": False, "new": {"field": [1]}}
        message = {
            "message_id": int(word.message),
            "from": author,
            "chat": chat.as_json(),
            "date": int(word.at.timestamp()),
            "text": text,
        }
        message |= {"entities": entities} if entities else {}
        return message | ({"unheard_of": {"x": None}} if word.odd else {})

    def posted(
        self,
        account: Account,
        event: Any,
        *,
        forged: bool = False,
        age_s: float = 0.0,
        about: Account | None = None,
    ) -> Posted:
        secret = "guessed" if forged else account.its.updates.secret
        return Posted(orjson.dumps(event), {SECRET_HEADER: secret})

    def arrived(self, account: Account, place: str) -> Sequence[str]:
        texts: list[str] = account.its.texts(_chat_id(place))
        return texts or list(account.its.texts(_chat_id(place, is_group=True)))

    def fault(self, account: Account, kind: Fault) -> None:
        account.its.faults.add(TelegramFault(kind, retry_after=3600))

    def faultless(self, account: Account) -> None:
        account.its.faults.clear()

    def revoke(self, account: Account, *, after: int = 0) -> None:
        account.its.revoke_after(after)

    def restore(self, account: Account) -> None:
        account.its.restore()


def _chat_id(place: str, *, is_group: bool = False) -> int:
    number = 1_000 + zlib.crc32(place.encode()) % 10**8
    return -number if is_group else number
