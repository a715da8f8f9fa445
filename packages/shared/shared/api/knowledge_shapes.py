"""What the calls of knowledge take and give."""

from datetime import datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from shared.api.chat import CitationOut
from shared.knowledge.limits import (
    MAX_ADDRESS_CHARS,
    MAX_ANSWER_CHARS,
    MAX_QUESTION_CHARS,
    MAX_TITLE_CHARS,
)
from shared.knowledge.reading import how_far
from shared.knowledge.sources import Refresh, Source
from shared.knowledge.trials import Answered
from shared.models import KnowledgeDocument

Kind = Literal["file", "page", "site", "answer"]
State = Literal["queued", "parsing", "indexing", "indexed", "failed"]
MAX_AGENTS = 200

Agents = Annotated[list[UUID], Field(max_length=MAX_AGENTS)]


class SourceOut(BaseModel):
    """Where something is known from, and how far it is read. `sentence` says what went wrong and
    what helps."""

    id: UUID
    kind: Kind
    title: str
    uri: str | None
    """Of a page or a site."""
    refresh: Refresh
    """How often it is looked at again."""
    state: State
    progress: float
    """0 to 1."""
    documents: int
    """A site has many, everything else one."""
    indexed: int
    failed: int
    error: str | None
    sentence: str | None
    agent_ids: list[UUID]
    """The employees who know it."""
    valid_until: datetime | None
    """Afterwards nobody answers from it."""
    checked_at: datetime | None
    """When a page or a site was last fetched."""
    revision: int
    created_at: datetime

    @classmethod
    def of(cls, shown: Source) -> "SourceOut":
        source, read = shown.source, how_far(shown)
        ends = [each.valid_until for each in shown.documents]
        return cls(
            id=source.id,
            kind=cast(Kind, source.kind),
            title=source.title,
            uri=source.uri,
            refresh=cast(Refresh, source.refresh),
            state=cast(State, read.state),
            progress=read.progress,
            documents=read.documents,
            indexed=read.indexed,
            failed=read.failed,
            error=read.error_code,
            sentence=read.sentence,
            agent_ids=shown.agent_ids,
            valid_until=ends[0] if ends else None,
            checked_at=source.checked_at,
            revision=source.revision,
            created_at=source.created_at,
        )


class Sources(BaseModel):
    """A page, newest first; `next` is the `before` of the page behind it."""

    items: list[SourceOut]
    next: str | None


class DocumentOut(BaseModel):
    """One document of a source, without its text."""

    id: UUID
    source_id: UUID
    title: str
    uri: str | None
    state: State
    progress: float
    """0 to 1."""
    error: str | None
    sentence: str | None
    language: str | None
    pages: int | None
    revision: int

    @staticmethod
    def told(document: KnowledgeDocument) -> dict[str, object]:
        return {
            "id": document.id,
            "source_id": document.source_id,
            "title": document.title,
            "uri": document.uri,
            "state": document.state,
            "progress": document.progress / 100,
            "error": document.error_code,
            "sentence": document.error,
            "language": document.language,
            "pages": document.pages,
            "revision": document.revision,
        }


class Documents(BaseModel):
    """A page, the oldest first; `next` is the `after` of the page behind it."""

    items: list[DocumentOut]
    next: UUID | None


class DocumentText(DocumentOut):
    """One document with the text that answers are taken from."""

    source_title: str
    text: str
    corrected: bool
    """A person wrote it, or changed what was read."""


class AddPage(BaseModel):
    """A page, or the whole site that it begins. Without `agent_ids`, every employee knows it."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=MAX_ADDRESS_CHARS)
    whole_site: bool = False
    refresh: Refresh = "weekly"
    agent_ids: Agents | None = None


class AddAnswer(BaseModel):
    """A question and what shall be answered. Without `agent_ids`, every employee knows it."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARS)
    answer: str = Field(min_length=1, max_length=MAX_ANSWER_CHARS)
    agent_ids: Agents | None = None


# What is left out stays, which is not the same as null; so these have no default to be shown.
_Ends = Annotated[datetime | None, Field(default_factory=lambda: None)]


class ChangeSource(BaseModel):
    """What is left out stays; a `valid_until` of null is for ever. `agent_ids` are all who know it
    from then on."""

    model_config = ConfigDict(extra="forbid")

    revision: int
    """The one that was looked at: what was changed since is not changed (409)."""
    title: str | None = Field(default=None, min_length=1, max_length=MAX_TITLE_CHARS)
    refresh: Refresh | None = None
    valid_until: _Ends
    agent_ids: Agents | None = None


class Correct(BaseModel):
    """The text as it should have been read."""

    model_config = ConfigDict(extra="forbid")

    revision: int
    text: str = Field(min_length=1)


class Ask(BaseModel):
    """A question to try out, as a customer asks it."""

    model_config = ConfigDict(extra="forbid")

    agent_id: UUID
    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARS)


class AnsweredOut(BaseModel):
    """What the employee says. Without `knows`, nothing that it was given supports it."""

    answer: str
    knows: bool
    citations: list[CitationOut]

    @classmethod
    def of(cls, answered: Answered) -> "AnsweredOut":
        citations = [CitationOut.model_validate(each) for each in answered.citations]
        return cls(answer=answered.answer, knows=answered.knows, citations=citations)
