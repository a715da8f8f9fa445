"""What a business's people are told about an account that fails, by its channel and code: for codes
that came without a sentence, from a sender or the platform's own events."""

from collections.abc import Callable
from typing import Final

from shared.channels.slack import sentences as slack
from shared.channels.telegram import sentences as telegram
from shared.channels.whatsapp import sentences as whatsapp
from shared.models.message import ChannelType

_TELEGRAM: Final = {code: said for code, said in telegram.HEALTH.items() if "{" not in said}
"""Those without facts, which come with whoever knows them."""
_OF: Final[dict[str, Callable[[str], str | None]]] = {
    ChannelType.SLACK: slack.sentence,
    ChannelType.TELEGRAM: _TELEGRAM.get,
    ChannelType.WHATSAPP: whatsapp.sentence_of,
}


def sentence_of(channel: str, code: str) -> str | None:
    """None if the channel knows none."""
    known = _OF.get(channel)
    return known(code) if known is not None else None
