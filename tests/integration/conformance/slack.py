"""Slack's driver."""

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import orjson
from orchestrator.scripted_slack import Fault as SlackFault
from orchestrator.scripted_slack import ScriptedSlack, Workspace, people, sign
from orchestrator.scripted_slack.workspace import Channel

from tests.integration.conformance.driver import Account, Driver, Facts, Fault, Posted, Word

Payload = dict[str, Any]


class SlackDriver(Driver):
    channel = "slack"
    facts = Facts(keys="ask", on_unknown="repeat", most=11_500)

    def __init__(self) -> None:
        self._slack = ScriptedSlack()

    def settings(self) -> Mapping[str, str]:
        return {"KONSTRUCT_SLACK_API_URL": self._slack.api_url}

    async def __aenter__(self) -> Self:
        await self._slack.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._slack.__aexit__(kind, error, trace)

    def account(self, name: str) -> Account:
        made = self._slack.workspace(name, echoes=False)
        given = {
            "bot_token": made.installation.token,
            "signing_secret": made.installation.app.signing_secret,
        }
        return Account(name, made.id, given, made)

    def said(self, account: Account, word: Word) -> Payload:
        workspace: Workspace = account.its
        message = _message(workspace, word)
        return _envelope(workspace, word, message | ({"new": {"field": [1]}} if word.odd else {}))

    def edited(self, account: Account, word: Word, text: str) -> Payload:
        before = _message(account.its, word)
        after = before | {"text": text, "edited": {"user": before["user"], "ts": "1.1"}}
        changed = {"subtype": "message_changed", "message": after, "previous_message": before}
        return _envelope(account.its, word, {"type": "message", **changed}, f"Ev-{text}")

    def deleted(self, account: Account, word: Word) -> Payload:
        before = _message(account.its, word)
        gone = {"subtype": "message_deleted", "previous_message": before}
        event = {"type": "message", "deleted_ts": before["ts"], **gone}
        return _envelope(account.its, word, event, f"Ev-gone-{word.delivery}")

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
            named = event["authorizations"][0] | {"team_id": about.key}
            event = event | {"team_id": about.key, "authorizations": [named]}
        body = orjson.dumps(event)
        secret = "guessed" if forged else account.its.installation.app.signing_secret
        headers = {"Content-Type": "application/json"}
        return Posted(body, headers | sign(secret, body, time.time() - age_s))

    def arrived(self, account: Account, place: str) -> Sequence[str]:
        workspace: Workspace = account.its
        return workspace.texts(_place(workspace, Word("", place=place)).id)

    def fault(self, account: Account, kind: Fault) -> None:
        account.its.faults.add(SlackFault(kind, retry_after=3600))

    def faultless(self, account: Account) -> None:
        account.its.faults.clear()

    def revoke(self, account: Account, *, after: int = 0) -> None:
        account.its.installation.takes = after

    def restore(self, account: Account) -> None:
        account.its.installation.restore()


def _place(workspace: Workspace, word: Word) -> Channel:
    if word.is_group:
        return workspace.channel(word.place)
    return workspace.direct(workspace.person(word.place))


def _message(workspace: Workspace, word: Word) -> Payload:
    person = workspace.person("mia" if word.is_group else word.place)
    message: Payload = {
        "type": "message",
        "user": person.id,
        "ts": f"{int(word.at.timestamp())}.{int(word.message) % 1_000_000:06d}",
        "text": word.text,
    }
    if not word.odd:
        message |= {"client_msg_id": f"client-{word.message}", "team": workspace.id}
    if word.is_group and word.addressed:
        message["text"] = f"<@{workspace.installation.bot_user_id}> {word.text}"
    if word.by == "bot":
        message |= {"bot_id": "B-OTHER", "user": "U-OTHER"}
    if word.by == "ourselves":
        message |= {
            "bot_id": workspace.installation.bot_id,
            "user": workspace.installation.bot_user_id,
        }
    return message


def _envelope(
    workspace: Workspace, word: Word, event: Payload, event_id: str | None = None
) -> Payload:
    payload = people.envelope(workspace, _place(workspace, word), event)
    return payload | {"event_id": event_id or f"Ev{word.delivery}"}
