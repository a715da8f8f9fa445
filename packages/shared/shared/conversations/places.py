"""Where a channel's conversations and messages lie, for statements that are one text made twice.

The web's are on every message's way: a statement names its two parts, and its plan knows no others.
What is said of other channels goes to the whole, with the channel as a condition that leaves one
part to look at.
"""

from typing import NamedTuple


class Place(NamedTuple):
    """Two tables, and the channel as SQL."""

    conversations: str
    messages: str
    channel: str
    is_web: bool = False

    def only(self, alias: str) -> str:
        """For the end of a condition: of this channel alone."""
        return "" if self.is_web else f" AND {alias}.channel = {self.channel}"


WEB_CHANNEL = "web"
WEB = Place("web_conversations", "web_conversation_messages", f"'{WEB_CHANNEL}'", is_web=True)


def elsewhere(channel: str) -> Place:
    """All other channels; `channel` is the parameter that says which."""
    return Place("conversations", "messages", channel)


WIDGET_CHANNEL = "widget"
ON_OUR_PAGES = frozenset({WEB_CHANNEL, WIDGET_CHANNEL})
"""Channels whose people see on a page of ours, live, what is written and what goes wrong, and can
have it done again."""
