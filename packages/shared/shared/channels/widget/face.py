"""Who answers at a door, and what its page says before the first word."""

from dataclasses import dataclass

from shared.channels.widget import repository
from shared.channels.widget.door import Door
from shared.conversations.notices import spoken
from shared.conversations.wording import wording_of
from shared.db import TenantSession
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class Face:
    """`notice` says that a machine writes, unless the business has switched that off; `away` why
    nobody answers now, if so."""

    business: str
    agent: str
    language: str
    notice: str
    away: str


async def face(door: Door, languages: list[str]) -> Face:
    """In the first of these languages, as browsers name them, that the door speaks. Raises
    NotFound."""
    async with TenantSession(door.tenant_id) as session, session.transaction():
        answers = await repository.who_answers(session, door.id)
        if answers is None:
            raise NotFound("Nobody answers at this door.")
        worded = await wording_of(session, door.tenant_id)
    asked = (spoken(each) for each in languages)
    language = next(
        (tongue for tongue in asked if tongue and tongue in door.languages),
        _own(door, worded.language),
    )
    paused = worded.sentence("paused", language, agent=answers.name)
    return Face(
        business=worded.business,
        agent=answers.name,
        language=language,
        notice=worded.sentence("machine", language, agent=answers.name)
        if worded.says_machine
        else "",
        away="" if answers.is_active else answers.paused_notice or paused,
    )


def _own(door: Door, language: str) -> str:
    return language if language in door.languages or not door.languages else door.languages[0]
