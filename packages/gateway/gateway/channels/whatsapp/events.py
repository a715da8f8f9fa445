"""What happened at a number: people's messages, what became of ours, who has another address."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, get_args

from shared.channels.accounts import Account
from shared.channels.connections import FAILING_PAUSE_S
from shared.channels.events import (
    AddressChanged,
    Ignored,
    Inbound,
    Lifecycle,
    Reported,
    ReportState,
)
from shared.channels.whatsapp.codes import meaning_of
from shared.conversations.contacts import Author
from shared.conversations.inbound_events import Told
from shared.conversations.receive import Heard

from gateway.channels.whatsapp.contents import content_of

_STATES: Final[dict[str, ReportState]] = {each: each for each in get_args(ReportState)}


def read_value(value: Mapping[str, Any], account: Account) -> Iterator[Inbound]:
    """Raises KeyError, TypeError, AttributeError, ValueError for what cannot be read."""
    if "other" in value:
        yield Ignored(f"field_{value['other']}")
        return
    people = [dict(each) for each in value.get("contacts", ())]
    for message in value.get("messages", ()):
        yield _message(message, people, account)
    for status in value.get("statuses", ()):
        yield from _status(status)
    if value.get("errors"):
        yield Ignored("error_without_message")


def _message(message: Mapping[str, Any], people: list[dict[str, Any]], account: Account) -> Inbound:
    kind = str(message["type"])
    if kind == "system":
        return _system(message)
    if kind == "reaction":
        return Ignored("reaction")
    if "group_id" in message:
        return Ignored("group")
    author, content = _author(message, people), content_of(kind, message)
    return Heard(
        told=Told(
            connection_id=account.id,
            channel=account.channel,
            place=str(account.external_key),
            external_message_id=str(message["id"]),
        ),
        author=author,
        text=content.text,
        files=content.files,
        sent_at=_time(message),
        metadata={"external_message_id": str(message["id"]), "kind": kind},
        extras={
            "phone_number_id": account.external_key,
            "to": author.external_id,
            "scope": account.settings.get("scope"),
        },
    )


def _author(message: Mapping[str, Any], people: list[dict[str, Any]]) -> Author:
    """The business-scoped id decides who it is; a number may be absent, or another's later."""
    scoped, number = _text(message.get("from_user_id")), _text(message.get("from"))
    person = next(
        (
            each
            for each in people
            if (scoped and each.get("user_id") == scoped)
            or (number and each.get("wa_id") == number)
        ),
        people[0] if len(people) == 1 else {},
    )
    scoped = scoped or _text(person.get("user_id"))
    number = number or _text(person.get("wa_id"))
    if not (scoped or number):
        raise ValueError("nobody is named as its author")
    profile = person.get("profile") or {}
    return Author(
        external_id=scoped or str(number),
        display_name=_text(profile.get("name")) or _text(profile.get("username")),
        number=number,
    )


def _system(message: Mapping[str, Any]) -> Inbound:
    """A person has another number, or another id, or both."""
    system = message["system"]
    number = _text(system.get("wa_id"))
    old = _text(system.get("previous_user_id")) or _text(message.get("from"))
    new = _text(system.get("user_id")) or number
    if system.get("type") not in ("user_changed_number", "user_changed_user_id"):
        return Ignored("system_message")
    return AddressChanged(old, new, number) if old and new else Ignored("system_message")


def _status(status: Mapping[str, Any]) -> Iterator[Inbound]:
    state = _STATES.get(str(status["status"]))
    if state is None:
        yield Ignored(f"status_{status['status']}")
        return
    told = Reported(
        str(status["id"]), state, _time(status), _text(status.get("biz_opaque_callback_data"))
    )
    if state != "failed":
        yield told
        return
    errors: list[dict[str, Any]] = status.get("errors") or [{}]
    code = str(errors[0].get("code", "failed"))
    meaning = meaning_of(int(code)) if code.isdigit() else None
    wait_s = (meaning and meaning.wait_s) or None
    if meaning is not None and meaning.kind == "failing":
        yield Lifecycle(code)
        wait_s = FAILING_PAUSE_S  # it leaves once the account is well
    yield replace(told, code=code, again_after_s=wait_s)


def _time(told: Mapping[str, Any]) -> datetime:
    return datetime.fromtimestamp(int(told["timestamp"]), UTC)


def _text(value: Any) -> str | None:
    return str(value) if value else None
