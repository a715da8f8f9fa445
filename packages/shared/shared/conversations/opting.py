"""Whoever says STOP is written to no more, until they say START.

The words are obeyed where a contact writes alone with an account, and only if the message is
nothing else: "stop the delivery on Friday" is a wish like any other.
"""

import unicodedata
from typing import Literal

Opts = Literal["out", "in"]

_STOP = frozenset({"stop", "stopall", "unsubscribe", "baja", "darme de baja", "sair", "parar"})
_START = frozenset({"start", "unstop", "alta", "voltar"})
_OF_CHANNEL: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "telegram": (_STOP | {"/stop"}, _START | {"/start"}),
}
"""Words to opt out and in, where a channel has more of them."""


def asked(channel: str, said: str) -> Opts | None:
    """Whether the message asks for no more messages, or for messages again."""
    word = " ".join(said.split()).strip(".!¡ \"'").casefold()
    word = unicodedata.normalize("NFC", word)
    out, back_in = _OF_CHANNEL.get(channel, (_STOP, _START))
    return "out" if word in out else "in" if word in back_in else None
