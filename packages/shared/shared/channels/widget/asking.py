"""What a visitor asks beside the talk: a person, and that an answer was good or not."""

from typing import Final
from uuid import UUID

from shared.attention import items
from shared.channels.widget import records
from shared.channels.widget.door import version_of
from shared.channels.widget.visitors import Visitor
from shared.conversations import holding, speaking
from shared.conversations.frames import said_frame
from shared.conversations.notices import spoken
from shared.conversations.places import WIDGET_CHANNEL
from shared.db import HouseSession
from shared.errors import NotFound
from shared.events import Author
from shared.plain_text import one_line
from shared.valkey.publish import publish_frame

MAX_ADDRESS_CHARS = 200
# What is so, and nothing that nobody has to keep. The agent goes on answering.
_TOLD: Final = {
    "en": (
        "The team was told that you want to talk to a person.",
        "The team was told that you want to talk to a person, and that you can be reached at "
        "{reach_at}.",
    ),
    "es": (
        "Se ha avisado al equipo de que quiere hablar con una persona.",
        "Se ha avisado al equipo de que quiere hablar con una persona y de que se le puede "
        "contactar en {reach_at}.",
    ),
    "pt": (
        "A equipa foi avisada de que quer falar com uma pessoa.",
        "A equipa foi avisada de que quer falar com uma pessoa e de que pode ser contactado em "
        "{reach_at}.",
    ),
}
_SYSTEM = Author(kind="system")


async def ask_for_person(seen: Visitor, reach_at: str, language: str | None) -> None:
    """The business's people find the conversation among what waits for them, with the address, and
    a line in it says just that. Who answers in it stays the same."""
    address = one_line("The address", reach_at, max_chars=MAX_ADDRESS_CHARS, may_be_empty=True)
    async with HouseSession(seen.tenant_id, "visit") as session, session.transaction():
        held = await holding.lock_held(session, WIDGET_CHANNEL, seen.conversation_id)
        if held is None:
            raise holding.no_such_conversation()
        if address:
            await records.keep_address(session, seen.door_id, seen.user_id, address)
        await items.open_about_conversation(
            session,
            "asked_for_person",
            agent_id=held.agent_id,
            channel=held.channel,
            conversation_id=held.id,
            details={"reach_at": address} if address else {},
        )
        without, with_address = _TOLD[spoken(language or held.language) or "en"]
        sentence = with_address.replace("{reach_at}", address) if address else without
        stored = await speaking.say(session, held, sentence, author_kind="system")
        frame = said_frame(held.id, stored, sentence, author=_SYSTEM)
        session.after_commit(lambda: publish_frame(held.tenant_id, held.id, frame))


WAITS_FOR: Final[dict[str, items.Kind]] = {
    "agent_paused": "employee_paused",
    "tenant_tokens_used_up": "limit_reached",
}
"""By the code of what refused a visitor's message, where only the business can do something."""


async def wait(seen: Visitor, why: items.Kind) -> None:
    """A message could not be taken: there is an item, until the conversation can be answered. The
    page still has the message."""
    async with HouseSession(seen.tenant_id, "visit") as session, session.transaction():
        await items.open_about_conversation(
            session,
            why,
            agent_id=seen.agent_id,
            channel=WIDGET_CHANNEL,
            conversation_id=seen.conversation_id,
            details={},
        )


async def rate(seen: Visitor, message_id: UUID, *, good: bool) -> None:
    """Of an answer to this visitor, kept with the version of its text; again, it is another one.
    Raises NotFound."""
    async with HouseSession(seen.tenant_id, "visit") as session, session.transaction():
        said = await records.answer_text(session, seen.conversation_id, message_id)
        if said is None:
            raise NotFound("There is no such answer in this conversation.")
        version = version_of(said)
        await records.rate(session, message_id, seen.user_id, good=good, version=version)
