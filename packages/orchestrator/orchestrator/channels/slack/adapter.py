"""Speaks to Slack."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from typing import Final
from uuid import UUID

import aiohttp
from shared.channels.accounts import Account
from shared.channels.events import Inbound
from shared.channels.proofs import Health, Person, Proved
from shared.conversations.media import MediaRef

from orchestrator.channels.adapter import (
    Abilities,
    BaseAdapter,
    Found,
    Line,
    Part,
    Rate,
    Unsure,
    Verdict,
)
from orchestrator.channels.rendering import render
from orchestrator.channels.rendering.dialects import SLACK
from orchestrator.channels.rendering.dialects.slack import LIMIT
from orchestrator.channels.slack import account, files, listening, looking_up, sending
from orchestrator.channels.slack.calls import call, failed
from orchestrator.channels.slack.places import Place

ACCOUNT_RATE: Final = Rate(per_s=6.0, burst=30)
"""Several hundred messages a minute in a workspace."""
PLACE_RATE: Final = Rate(per_s=1.0, burst=4)
"""Slack lets through about one message a second in a conversation, and short bursts."""
STATUS: Final = "is typing…"
NO_ANSWER: Final = (aiohttp.ClientError, TimeoutError, OSError)


class SlackAdapter(BaseAdapter):
    """It can be asked what came of a message, and takes no key."""

    def abilities(self, account: Account) -> Abilities:  # noqa: ARG002
        return Abilities(
            keys="ask", on_unknown="repeat", account_rate=ACCOUNT_RATE, place_rate=PLACE_RATE
        )

    def render(self, markdown: str) -> Sequence[Part]:
        texts = render(markdown, SLACK, LIMIT)
        alone = len(texts) == 1
        return [{"text": each.text, "plain": each.plain, "alone": alone} for each in texts]

    async def send(self, part: Part, place: str, key: UUID, line: Line) -> Verdict:
        try:
            return await sending.send(part, Place.of(place), key, line)
        except NO_ANSWER as error:
            return failed(error)

    async def look_up(self, place: str, key: UUID, line: Line) -> Found:
        try:
            return await looking_up.look_up(Place.of(place), key, line)
        except NO_ANSWER as error:
            return Unsure(type(error).__name__)

    async def working(self, place: str, line: Line) -> None:
        """Slack shows a status in threads alone; it goes with the answer, or after two minutes."""
        where = Place.of(place)
        if where.thread is None:
            return
        with suppress(*NO_ANSWER):
            await call(
                line,
                "assistant.threads.setStatus",
                channel_id=where.channel,
                thread_ts=where.thread,
                status=STATUS,
            )

    def fetch(self, media: MediaRef, line: Line) -> AsyncIterator[bytes]:
        return files.fetch(media.id, line)

    async def person(self, external_id: str, line: Line) -> Person | None:
        return await account.person(external_id, line)

    async def prove(self, line: Line) -> Proved:
        return await account.prove(line)

    def listen(
        self,
        cursors: Mapping[str, str],  # noqa: ARG002
        line: Line,
    ) -> AsyncIterator[tuple[Inbound | None, None]]:
        """Slack remembers by itself what was not acknowledged."""
        return listening.listen(line)

    async def subscribe(self, webhook_url: str, line: Line) -> None:
        """Slack's own page takes the address; no bot can set it."""

    async def unsubscribe(self, line: Line) -> None:
        """The app stays installed: taking it out of the workspace is its admins'."""

    async def check(self, line: Line) -> Health:
        return await account.check(line)

    async def refresh(self, line: Line) -> dict[str, str] | None:
        return await account.refresh(line)
