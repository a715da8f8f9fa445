"""The tools the scripted model calls before it answers, as `calls="…"` of a script says.

    calls="clock"                           one call; once its result is told, the answer
    calls="clock + count {\\"by\\": 2}"         two calls in one response
    calls="clock, post {\\"text\\": \\"hi\\"}"    one call, and after its result another

Arguments are a JSON object behind the tool's name, none is an empty one.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

_NAME = re.compile(r"\s*([A-Za-z_][\w-]*)\s*")
_MARK = re.compile(r"\s*([+,])")


class BadCalls(ValueError):
    """`calls` cannot be read."""


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: str
    """JSON, as the model writes it."""


def read_calls(text: str) -> list[list[Call]]:
    """The calls of each response, in order. Raises `BadCalls`."""
    responses: list[list[Call]] = [[]]
    at = 0
    while True:
        name = _NAME.match(text, at)
        if name is None:
            raise BadCalls(f'calls: no tool\'s name at {text[at:]!r}; write calls="clock + count"')
        at = name.end()
        arguments: Any = {}
        if text[at : at + 1] == "{":
            try:
                arguments, at = json.JSONDecoder().raw_decode(text, at)
            except ValueError as error:
                raise BadCalls(f"calls: no JSON object at {text[at:]!r}") from error
        responses[-1].append(Call(name[1], json.dumps(arguments)))
        if not text[at:].strip():
            return responses
        mark = _MARK.match(text, at)
        if mark is None:
            raise BadCalls(f"calls: neither + nor , at {text[at:]!r}")
        at = mark.end()
        if mark[1] == ",":
            responses.append([])


def results_told(messages: list[dict[str, Any]]) -> list[str]:
    """What the tools gave that were called since the last message of the user."""
    last = max((i for i, message in enumerate(messages) if message["role"] == "user"), default=-1)
    return [
        str(message.get("content")) for message in messages[last + 1 :] if message["role"] == "tool"
    ]


def responses_given(messages: list[dict[str, Any]]) -> int:
    """How many responses the model has given since the last message of the user."""
    last = max((i for i, message in enumerate(messages) if message["role"] == "user"), default=-1)
    return sum(message["role"] == "assistant" for message in messages[last + 1 :])
