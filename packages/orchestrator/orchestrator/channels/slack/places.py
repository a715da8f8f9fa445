"""Where a message goes: a person, or a channel and perhaps a thread in it.

A conversation's key names channel and thread, `C024BE91L:1482960137.003543`; a talk between two has
the person's id as its address. Slack posts to a person by their id and answers with the id of the
direct messages, which reading and editing ask for.
"""

from dataclasses import dataclass

from shared.channels.slack.events import KEY

from orchestrator.channels.adapter import Line
from orchestrator.channels.slack.calls import Answer, call

PEOPLE = ("U", "W")


@dataclass(frozen=True, slots=True)
class Place:
    channel: str
    thread: str | None

    @classmethod
    def of(cls, key: str) -> "Place":
        channel, _, thread = key.partition(KEY)
        return cls(channel, thread or None)

    @property
    def is_person(self) -> bool:
        return self.channel.startswith(PEOPLE)

    async def channel_id(self, line: Line) -> "str | Answer":
        """The channel's own id; or what Slack said instead. Raises aiohttp's errors."""
        if not self.is_person:
            return self.channel
        opened = await call(line, "conversations.open", users=self.channel)
        return str(opened.body["channel"]["id"]) if opened.ok else opened
