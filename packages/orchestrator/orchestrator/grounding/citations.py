"""What an answer cites: its numbers, each with the words of the source that say the same."""

import math
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from shared.knowledge.passages import Passage
from shared.runs.storable import storable

from orchestrator.grounding.words import Sentence, sentences, words

NUMBER = re.compile(r"\[(\d+)\]")
_BEHIND = re.compile(r"(?:\s*\[\d+\])+")
"""Numbers at the beginning of a sentence stand behind the full stop of the one before."""
LONGEST_QUOTE = 320


def cited(text: str, passages: Sequence[Passage]) -> list[dict[str, Any]]:
    """One part of the message for each number that the text names, in order of the numbers."""
    about: dict[int, str] = {}
    before = ""
    for sentence in sentences(text):
        said = NUMBER.sub(" ", sentence.text)
        behind = _BEHIND.match(sentence.text)
        for number in NUMBER.finditer(sentence.text):
            n = int(number[1])
            if 1 <= n <= len(passages):
                of = before if behind and number.end() <= behind.end() else said
                about[n] = f"{about.get(n, '')} {of}"
        before = said
    return [citation(n, passages[n - 1], about[n]) for n in sorted(about)]


def citation(n: int, passage: Passage, about: str) -> dict[str, Any]:
    """As it is stored with the message: everything by value, so that it outlives its source."""
    quoted = quote(passage.text, about)
    # Where a passage is no exact piece of its document's text, its own place is the best known.
    exact = len(passage.text) == passage.end - passage.start
    part = {
        "kind": "citation",
        "n": n,
        "title": passage.title,
        "quote": quoted.text,
        "document_id": str(passage.document_id),
        "version": passage.version,
        "chunk_id": str(passage.chunk_id),
        "page": passage.page,
        "start": passage.start + quoted.start if exact else passage.start,
        "end": passage.start + quoted.end if exact else passage.end,
        "uri": public_address(passage.uri),
    }
    return {name: storable(value) for name, value in part.items() if value is not None}


def quote(text: str, about: str) -> Sentence:
    """The sentence that has most of the words; the first of a text that has none."""
    wanted = words(about)
    said = sentences(text) or [Sentence(text, 0, len(text))]
    best = max(said, key=lambda each: _closeness(words(each.text), wanted))
    if len(best.text) <= LONGEST_QUOTE:
        return best
    cut = best.text.rfind(" ", 0, LONGEST_QUOTE)
    end = cut if cut > 0 else LONGEST_QUOTE
    return Sentence(best.text[:end], best.start, best.start + end)


def _closeness(said: frozenset[str], wanted: frozenset[str]) -> float:
    both = said & wanted
    numbers = sum(word.isdigit() for word in both)
    return (len(both) + numbers) / math.sqrt(4 + len(said))


def public_address(uri: str | None) -> str | None:
    """Where a person can open the source, if it is a page of the web."""
    try:
        parts = urlsplit(uri or "")
        is_page = parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.username
    except ValueError:
        return None
    return uri if is_page else None


def hosts_of(passages: Sequence[Passage]) -> frozenset[str]:
    """The hosts of the sources' own addresses."""
    addresses = filter(None, (public_address(passage.uri) for passage in passages))
    return frozenset(host for at in addresses if (host := urlsplit(at).hostname))
