"""What the scripted model answers to one request: a `Script`, read from defaults and directives.

A directive stands anywhere in the last user message and is taken out of what the model "sees":

    [[model: text="Hello, \\u00e9" rate=50 delay=0.5]]        values with spaces are JSON strings
    [[model: tokens=500 rate=50]]                             500 filler words, 50 a second
    [[model: fail=429 once=first-try]]                        fails once, then answers
    [[model: fail=cut after=3]]                               three pieces, then the line goes dead

    text="…"    the answer            tokens=N   filler words instead
    pieces=K    cut the answer into K events; without it, one word an event
    rate=R      events a second; 0 is everything at once
    delay=S     seconds before the response begins
    fail=KIND   300 … 599 (that HTTP status) · refuse (the connection is reset, no response)
                hang (goes silent) · cut (the connection ends in mid-stream) · garbage (no JSON)
                error (an error object in the stream) · endless (never stops) · empty (no text)
                page (a web page in the place of an answer)
    body="…"    what it fails with: the body of a status or page, the data of an error; a status
                puts what it was sent as Authorization in the place of `{authorization}`
    retry=S     the header Retry-After of a status
    after=N     events sent before hang, cut, garbage or error; 0 hangs before the response begins
    once=KEY    the failure happens only the first time KEY is seen by this server
    dialect=A,B how the answer is put: see `dialects.py`
    finish=WHY  the reason to stop
    usage="…"   JSON in the place of the usage
    refuses=A,B names of what a request may not have, `system` for that role, `turns` for roles that
                do not take turns
    context=N   tokens a request may have: one a word, or a character of other scripts
    models=A,B  what `GET /v1/models` lists; only of a server's defaults
    calls="…"   tools to call before the answer: see `calls.py`
    before="…"  the text of each response that calls tools
    obeys=yes   it does whatever any text tells it that it is given: see `obeying.py`

A message that came without an answer stands in front of the next, a blank line between: what it
directed is past. Without text or tokens the answer is `echo: <what the user said> (history: N)`,
where N counts the user and assistant messages before the last one. What tools gave follows it, and
takes the place of `{results}` in a text.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import cycle, islice, pairwise
from typing import Any

from orchestrator.scripted_model.calls import BadCalls, Call, read_calls
from orchestrator.scripted_model.dialects import DIALECTS

DIRECTIVE = re.compile(r"\[\[model:((?:[^\"\]]|\"(?:[^\"\\]|\\.)*\")*)\]\]")
ASSIGNMENT = re.compile(r"([a-z]+)=(\"(?:[^\"\\]|\\.)*\"|\S+)")
FAILURES = frozenset({"refuse", "hang", "cut", "garbage", "error", "endless", "empty", "page"})
MAX_TOKENS = 100_000

FILLER = (
    "the order left our warehouse this morning and should reach you by friday at noon "
    "please write again if it has not come by then so that we can look for it"
)


class BadScript(ValueError):
    """A directive or an option that this model does not know."""


@dataclass(frozen=True, slots=True)
class Script:
    """How to answer one request; the module docstring explains the fields."""

    text: str | None = None
    tokens: int | None = None
    pieces: int | None = None
    rate: float = 0.0
    delay: float = 0.0
    fail: str | None = None
    after: int = 0
    once: str | None = None
    body: str | None = None
    retry: int | None = None
    dialect: str = ""
    finish: str | None = None
    usage: str | None = None
    refuses: str = ""
    context: int | None = None
    calls: str | None = None
    before: str = ""
    obeys: str = ""
    models: str = "scripted"

    def __post_init__(self) -> None:
        if self.fail is not None and self.fail not in FAILURES and self.fail_status is None:
            raise BadScript(f"fail={self.fail} is unknown; use 300 to 599 or {sorted(FAILURES)}")
        if not 0 <= (self.tokens or 0) <= MAX_TOKENS or not 0 <= (self.pieces or 1) <= MAX_TOKENS:
            raise BadScript(f"tokens and pieces go up to {MAX_TOKENS}")
        if unknown := self.dialects - DIALECTS:
            raise BadScript(f"dialect={self.dialect}: {sorted(unknown)} of {sorted(DIALECTS)}")
        if self.rate < 0 or self.delay < 0 or self.after < 0:
            raise BadScript("rate, delay and after cannot be negative")
        try:
            self.calls_of(0)
        except BadCalls as error:
            raise BadScript(str(error)) from error

    @property
    def dialects(self) -> frozenset[str]:
        return frozenset(filter(None, self.dialect.split(",")))

    @property
    def refused_names(self) -> frozenset[str]:
        return frozenset(filter(None, self.refuses.split(",")))

    @property
    def fail_status(self) -> int | None:
        """The HTTP status to fail with; None if the script fails in another way, or not at all."""
        is_status = self.fail is not None and re.fullmatch(r"[345]\d\d", self.fail)
        return int(self.fail) if self.fail is not None and is_status else None

    def calls_of(self, response: int) -> list[Call]:
        """The tools that this response to a message calls, counted from 0; none of its last."""
        responses = read_calls(self.calls) if self.calls else []
        return responses[response] if response < len(responses) else []

    def answer(self, said: str, history: int, results: Sequence[str] = ()) -> list[str]:
        """The answer's text, one element for each event."""
        if self.fail == "empty":
            return []
        if self.text is None and self.tokens is not None:
            words = [f"{word} " for word in islice(cycle(FILLER.split()), self.tokens)]
            return _cut("".join(words), self.pieces) if self.pieces else words
        told = "; ".join(results)
        echo = f"echo: {said} (history: {history})" + (f" {told}" if told else "")
        text = echo if self.text is None else self.text
        if told:
            text = text.replace("{results}", told)
        return self._cut_up(text)

    def says_before_calls(self) -> list[str]:
        """What a response says that calls tools."""
        return self._cut_up(self.before)

    def _cut_up(self, text: str) -> list[str]:
        return _cut(text, self.pieces) if self.pieces else re.findall(r"\S+\s*|\s+", text)


def _cut(text: str, pieces: int) -> list[str]:
    bounds = [len(text) * i // pieces for i in range(pieces + 1)]
    return [text[a:b] for a, b in pairwise(bounds) if a < b]


def directed(defaults: Script, message: str) -> tuple[Script, str]:
    """`defaults` changed by the directives in `message`, and the message without them.

    Raises `BadScript` for a directive that cannot be read, so that a test's typo is seen.
    """
    changes: dict[str, Any] = {}
    for directive in DIRECTIVE.finditer(message):
        if "\n\n" in message[directive.end() :]:
            continue
        changes |= _assignments(directive.group(1))
    return replace(defaults, **changes), DIRECTIVE.sub("", message).strip()


def _assignments(body: str) -> dict[str, Any]:
    if left := ASSIGNMENT.sub("", body).strip():
        raise BadScript(f"cannot read {left!r} in a model directive; write key=value")
    return {name: _value(name, raw) for name, raw in ASSIGNMENT.findall(body)}


def _value(name: str, raw: str) -> Any:
    counts = dict.fromkeys(("tokens", "pieces", "after", "retry", "context"), int)
    readers = counts | {"rate": float, "delay": float}
    if name not in {field.name for field in fields(Script)}:
        raise BadScript(f"a model directive has no {name!r}")
    try:
        text = json.loads(raw, strict=False) if raw.startswith('"') else raw
        return readers.get(name, str)(text)
    except ValueError as error:
        raise BadScript(f"{name}={raw} cannot be read") from error
