"""What a search gives."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk of a document. `start` and `end` are its characters in the document's text."""

    chunk_id: UUID
    document_id: UUID
    version: int
    title: str
    heading: str
    """The headings above it, from the outermost on; empty if there are none."""
    text: str
    page: int | None
    start: int
    end: int
    score: float
    """How well its words fit the question; comparable within one search alone."""
    uri: str | None


@dataclass(frozen=True, slots=True)
class Found:
    passages: list[Passage]
    """Best first; if `whole`, in the order of the documents."""
    whole: bool
    """Everything the agent knows is here, since it is little."""
    supported: bool
    """Something of it says enough of what was asked to be answered from."""


NOTHING = Found([], whole=False, supported=False)
