"""Questions to begin with and to try, made of the headings of what was read.

A heading that is a question is asked as it stands. Of any other the words around it are ones that
every search leaves out, so that only the heading is looked for.
"""

from collections.abc import Iterable, Sequence
from itertools import zip_longest
from uuid import UUID

from shared.agents.checks import MAX_STARTER_CHARS
from shared.knowledge.outline import Topic

STARTERS, QUESTIONS = 3, 10
SHORTEST, LONGEST = 4, 70

_ASKED = {"en": "What about {}?", "es": "¿Qué hay de {}?", "pt": "Como é com {}?"}
_LOCALES = {"english": "en", "spanish": "es", "portuguese": "pt"}
_BETWEEN = (" › ", " > ", " / ")


def languages(topics: Iterable[Topic]) -> list[str]:
    """Those of the documents, each once, those we have words in."""
    return list(dict.fromkeys(_LOCALES[t.language] for t in topics if t.language in _LOCALES))


def questions(topics: Sequence[Topic], locale: str, others: Iterable[str] = ()) -> list[str]:
    """Ten questions, a document taking turns with the others; what is lacking comes from
    `others`."""
    asked = [_question(topic, locale) for topic in _in_turns(topics)]
    all_there_are = dict.fromkeys([*filter(None, asked), *others])
    return list(all_there_are)[:QUESTIONS]


def _question(topic: Topic, locale: str) -> str | None:
    heading = topic.heading
    for between in _BETWEEN:
        heading = heading.rpartition(between)[2]
    heading = heading.strip().rstrip(".:").lstrip("0123456789.)# ")
    if not SHORTEST <= len(heading) <= LONGEST:
        return None
    if heading.endswith("?"):
        return heading
    question = _ASKED[_LOCALES.get(topic.language, locale)].format(_lowered(heading))
    return question if len(question) <= MAX_STARTER_CHARS else None


def _lowered(heading: str) -> str:
    """Without its capital, unless it is a name in capitals."""
    first, _, _ = heading.partition(" ")
    return heading if first[1:] != first[1:].lower() else heading[0].lower() + heading[1:]


def _in_turns(topics: Sequence[Topic]) -> list[Topic]:
    documents: dict[UUID, list[Topic]] = {}
    for topic in topics:
        documents.setdefault(topic.document_id, []).append(topic)
    turns = zip_longest(*documents.values())
    return [topic for turn in turns for topic in turn if topic is not None]
