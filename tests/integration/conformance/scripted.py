"""The scripted platform's driver: the first row, and the one to look at."""

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import orjson
from orchestrator.scripted_channel import Fault as ScriptedFault
from orchestrator.scripted_channel import ScriptedChannel, sign

from tests.integration.conformance.driver import Account, Driver, Facts, Fault, Posted, Word


class ScriptedDriver(Driver):
    channel = "scripted"
    facts = Facts(keys="repeat", on_unknown="repeat", most=2_000)

    def __init__(self) -> None:
        self._platform = ScriptedChannel()

    def settings(self) -> Mapping[str, str]:
        return {"KONSTRUCT_SCRIPTED_API_URL": self._platform.base_url}

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
        made = self._platform.account(name, echoes=False)
        given = {"api_token": made.token, "signing_secret": made.webhooks.secret}
        return Account(name, name, given, made)

    def said(self, account: Account, word: Word) -> dict[str, Any]:
        author = {
            "person": {"id": f"person-{word.place}", "name": word.place.title(), "bot": False},
            "bot": {"id": "bot-of-others", "name": "Bot", "bot": True},
            "ourselves": {"id": account.its.bot_id, "name": "", "bot": True},
        }[word.by]
        if word.odd:
            author = {"id": author["id"], "bot": False, "new": {"field": [1]}}
        address = f"@{account.name} " if word.is_group and word.addressed else ""
        return {
            "delivery": f"d-{word.delivery}",
            "type": "message",
            "id": f"m-{word.message}",
            "place": word.place if word.is_group else f"person-{word.place}",
            "kind": "group" if word.is_group else "direct",
            "thread": None,
            "author": author,
            "text": address + word.text,
            "at": word.at.isoformat(),
            "revision": "",
        } | ({"unheard_of": {"x": None}} if word.odd else {})

    def edited(self, account: Account, word: Word, text: str) -> dict[str, Any]:
        changed = {"type": "edit", "revision": f"r-{text}", "text": text, "delivery": f"e-{text}"}
        return self.said(account, word) | changed

    def deleted(self, account: Account, word: Word) -> dict[str, Any]:
        gone = {"type": "delete", "revision": "deleted", "text": "", "delivery": "gone"}
        return self.said(account, word) | gone

    def posted(
        self,
        account: Account,
        event: Any,
        *,
        forged: bool = False,
        age_s: float = 0.0,
        about: Account | None = None,
    ) -> Posted:
        import time

        body = orjson.dumps({"account": (about or account).key, "events": [event]})
        secret = "guessed" if forged else account.its.webhooks.secret
        return Posted(body, sign(secret, body, time.time() - age_s))

    def arrived(self, account: Account, place: str) -> Sequence[str]:
        return account.its.texts(place) or account.its.texts(f"person-{place}")  # type: ignore[no-any-return]

    def fault(self, account: Account, kind: Fault) -> None:
        account.its.faults.add(ScriptedFault(kind, retry_after=3600))

    def faultless(self, account: Account) -> None:
        account.its.faults.clear()

    def revoke(self, account: Account, *, after: int = 0) -> None:
        account.its.revoke_after(after)

    def restore(self, account: Account) -> None:
        account.its.restore()
