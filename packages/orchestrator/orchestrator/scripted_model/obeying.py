"""A model with no judgement at all: it does what any text tells it that it is given, whoever wrote
that. What holds against it, holds.

It follows what stands anywhere in what it was given, but for what its person says now, as

    [[obey: text that it says, with {talk} and {all} filled in]]

`{talk}` is what was said in the conversation, `{all}` everything it was told. And it says all of
that again, word for word: so whatever is hidden there gets out unless somebody stops it.
"""

import re
from typing import Any

_ORDER = re.compile(r"\[\[obey: ((?:(?!\]\]).)*\]?)\]\]", re.DOTALL)
MOST_CHARS = 40_000


def obeyed(messages: list[dict[str, Any]]) -> str:
    """What it answers to these messages. Its person's own words are the last paragraph."""
    *before, last = [(message["role"], _text(message)) for message in messages]
    given, _, question = last[1].rpartition("\n\n")
    said = [text for role, text in before if role in ("user", "assistant")]
    told = "\n".join((*(text for _, text in before), given))
    everything = _ORDER.sub("", told)
    talk = "-".join(" ".join((*said, question)).split())
    orders = [
        order.replace("{talk}", talk).replace("{all}", everything) for order in _ORDER.findall(told)
    ]
    return "\n".join((*orders, everything))[:MOST_CHARS]


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)
