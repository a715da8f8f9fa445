"""Which optional fields an endpoint accepts: not every server accepts all of OpenAI's.

A dialect is an immutable value. `write` puts a request into it. `after` gives the dialect to try
next, when a refusal names a field that was not understood. Each leaves more out, so trying ends.
"""

import re
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

Request = dict[str, Any]
Message = dict[str, Any]

LIMITS = ("max_tokens", "max_completion_tokens")
NEVER_LEFT_OUT = frozenset({"model", "messages", "stream", "tools"})
_MAY_BE_ABOUT_A_FIELD = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.NOT_IMPLEMENTED,
)
_OF_A_SYSTEM_ROLE = re.compile(
    r"(?i)\bsystem\b.{0,40}\b(role|message|prompt|instruction)|\brole\b.{0,60}\bsystem\b"
    r"|roles must alternate|only (supports? )?user|developer instruction"
)
_OF_A_VALUE = re.compile(r"(?i)too (large|big|high)|less than|at most|exceed|greater|must be (<|≤)")
_OF_SOME_FIELD = re.compile(
    r"(?i)\b(extra|unknown|unrecogni[sz]ed|unsupported|unexpected|additional)\b"
    r"|not (supported|permitted|allowed)|invalid (param|arg|field|prop)"
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """`limits` are the names of the token limit still to be tried, the first one first."""

    limits: tuple[str, ...] = LIMITS
    left_out: frozenset[str] = frozenset()
    system_role: bool = True
    bare: bool = False
    """Whether every optional field is left out."""

    def write(self, request: Request) -> Request:
        written = {name: value for name, value in request.items() if not self._leaves_out(name)}
        most = next((request[name] for name in LIMITS if name in request), None)
        if most is not None and self.limits and not self.bare:
            written[self.limits[0]] = most
        if not self.system_role:
            written["messages"] = without_system(request["messages"])
        return written

    def after(self, request: Request, status: int, said: str) -> "Dialect | None":
        """The dialect to try next; None if the refusal is not about an optional field."""
        if status not in _MAY_BE_ABOUT_A_FIELD:
            return None
        sent = self.write(request)
        for name in sent.keys() - NEVER_LEFT_OUT:
            if re.search(rf"\b{name}\b", said) or (
                name == "stream_options" and "include_usage" in said
            ):
                return self._without(name, said)
        if sent["messages"][0].get("role") == "system" and _OF_A_SYSTEM_ROLE.search(said):
            return replace(self, system_role=False)
        is_vague = status != HTTPStatus.INTERNAL_SERVER_ERROR and (
            not said.strip() or _OF_SOME_FIELD.search(said)
        )
        if is_vague and sent.keys() - NEVER_LEFT_OUT:
            return replace(self, bare=True)
        return None

    def _leaves_out(self, name: str) -> bool:
        if name in NEVER_LEFT_OUT:
            return False
        return self.bare or name in LIMITS or name in self.left_out

    def _without(self, name: str, said: str) -> "Dialect":
        if name not in LIMITS:
            return replace(self, left_out=self.left_out | {name})
        return replace(self, limits=() if _OF_A_VALUE.search(said) else self.limits[1:])


def without_system(messages: list[Message]) -> list[Message]:
    """The messages with the system's instructions moved to the beginning of the first user
    message."""
    system = [message["content"] for message in messages if message.get("role") == "system"]
    rest = [message for message in messages if message.get("role") != "system"]
    if not system or not rest or not isinstance(rest[0].get("content"), str):
        return messages
    first = "\n\n".join([*system, rest[0]["content"]])
    return [rest[0] | {"content": first}, *rest[1:]]


def newer_half(messages: list[Message]) -> list[Message] | None:
    """The system's messages and the newer half of the others, beginning with a user message. None
    if nothing older can be left out."""
    system = [message for message in messages if message.get("role") == "system"]
    rest = [message for message in messages if message.get("role") != "system"]
    for start in range((len(rest) + 1) // 2, len(rest)):
        if rest[start].get("role") == "user":
            return [*system, *rest[start:]]
    return None
