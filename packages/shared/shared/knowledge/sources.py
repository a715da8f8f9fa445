"""What a business lets its employees read: added, shown, corrected, refreshed, removed.

The caller has checked that this person may do so in this tenant. Each function joins the caller's
transaction; reading what was added is a worker's job, which it is woken for after the commit.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urldefrag, urlsplit
from uuid import UUID, uuid4

from shared.agents.rules import get_agent
from shared.db import WithinTenant
from shared.errors import BadRequest, Conflict, NotFound
from shared.knowledge import repository
from shared.knowledge.limits import (
    MAX_ADDRESS_CHARS,
    MAX_ANSWER_CHARS,
    MAX_QUESTION_CHARS,
    MAX_TEXT_CHARS,
    MAX_TITLE_CHARS,
    require_room,
    require_size,
)
from shared.knowledge.planning import REFRESHES, add_document, plan_fetch, read_anew, tell
from shared.models import KnowledgeDocument, KnowledgeSource
from shared.plain_text import one_line, prose

Refresh = Literal["never", "daily", "weekly", "monthly"]
PAGE_BREAK = "\f"
NO_SUCH_SOURCE = "There is no such source in this business."
NO_SUCH_DOCUMENT = "There is no such document in this business."


@dataclass(frozen=True, slots=True)
class Source:
    """A source as it is shown, with its documents and the agents that may read it."""

    source: KnowledgeSource
    documents: list[KnowledgeDocument] = field(default_factory=list)
    agent_ids: list[UUID] = field(default_factory=list)


async def add_file(
    session: WithinTenant,
    tenant_id: UUID,
    *,
    name: str,
    mime: str,
    content: bytes,
    agent_ids: Sequence[UUID] = (),
) -> KnowledgeSource:
    """A file for these agents to read; what is there already is only granted.

    Raises BadRequest, TooBig, and Conflict if the business has no room for it.
    """
    title = _title("The file's name", name)
    require_size(content, title)
    sha256 = hashlib.sha256(content).digest()
    await require_room(session, tenant_id, size=len(content))
    source = await repository.source_of_content(session, tenant_id, sha256)
    if source is None:
        source = KnowledgeSource(tenant_id=tenant_id, kind="file", title=title, hash=sha256)
        session.add(source)
        await session.flush()
        file_id = await repository.keep_file(
            session, tenant_id, sha256=sha256, mime=mime, content=content
        )
        await add_document(session, source, title=title, mime=mime, file_id=file_id, sha256=sha256)
    await _granted(session, tenant_id, source.id, agent_ids)
    return source


async def replace_file(
    session: WithinTenant,
    tenant_id: UUID,
    source_id: UUID,
    *,
    name: str,
    mime: str,
    content: bytes,
) -> KnowledgeSource:
    """A newer content of a file: until it is read, the old one is found. Raises as `add_file`."""
    title = _title("The file's name", name)
    require_size(content, title)
    await require_room(session, tenant_id, size=len(content), sources=0)
    source = await _source(session, tenant_id, source_id, lock=True)
    if source.kind != "file":
        raise BadRequest("Only an uploaded file can be replaced by another file.")
    (document,) = await repository.documents_of(session, tenant_id, [source_id], lock=True)
    sha256 = hashlib.sha256(content).digest()
    source.title, source.hash, source.revision = title, sha256, source.revision + 1
    file_id = await repository.keep_file(
        session, tenant_id, sha256=sha256, mime=mime, content=content
    )
    await read_anew(
        session,
        document,
        title=title,
        mime=mime,
        file_id=file_id,
        sha256=sha256,
        is_given=False,
    )
    return source


async def add_page(
    session: WithinTenant,
    tenant_id: UUID,
    *,
    address: str,
    whole_site: bool = False,
    refresh: Refresh = "weekly",
    agent_ids: Sequence[UUID] = (),
) -> KnowledgeSource:
    """A web page, or the site that it begins; a worker fetches it. What is there already is only
    granted. Raises BadRequest, and Conflict if the business has no room for it."""
    uri = _web_address(address)
    kind = "site" if whole_site else "page"
    await require_room(session, tenant_id, size=0)
    source = await repository.source_of_address(session, tenant_id, kind, uri)
    if source is None:
        source = KnowledgeSource(
            tenant_id=tenant_id, kind=kind, title=uri, uri=uri, refresh=_refresh(refresh)
        )
        session.add(source)
        await session.flush()
        await plan_fetch(session, tenant_id, source.id)
    await _granted(session, tenant_id, source.id, agent_ids)
    return source


async def add_answer(
    session: WithinTenant,
    tenant_id: UUID,
    *,
    question: str,
    answer: str,
    agent_ids: Sequence[UUID] = (),
    source_id: UUID | None = None,
) -> KnowledgeSource:
    """A question with its answer, typed in; the one of this id, if it is there already. Raises
    BadRequest, and Conflict as `add_file`."""
    question = one_line("The question", question, max_chars=MAX_QUESTION_CHARS)
    answer = prose("The answer", answer, max_chars=MAX_ANSWER_CHARS)
    if not answer:
        raise BadRequest("The answer is empty. Write what the employee should say.")
    await require_room(session, tenant_id, size=0)
    if source_id is not None:
        known = await repository.source_by_id(session, tenant_id, source_id)
        if known is not None:
            return known
    source = KnowledgeSource(
        id=source_id or uuid4(), tenant_id=tenant_id, kind="answer", title=question
    )
    session.add(source)
    await session.flush()
    await add_document(session, source, title=question, text=answer, is_given=True)
    await _granted(session, tenant_id, source.id, agent_ids)
    return source


async def list_sources(
    session: WithinTenant,
    tenant_id: UUID,
    *,
    typed: bool | None = None,
    agent_id: UUID | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 50,
) -> list[Source]:
    """The newest first, those after (created_at, id) of one; with their documents. `typed` asks
    for typed answers alone, or for all but these."""
    found = await repository.list_sources(
        session, tenant_id, typed=typed, agent_id=agent_id, after=after, limit=limit
    )
    return await _shown(session, tenant_id, found)


async def show(session: WithinTenant, tenant_id: UUID, source_id: UUID) -> Source:
    """A source with its documents. Raises NotFound."""
    source = await _source(session, tenant_id, source_id)
    (shown,) = await _shown(session, tenant_id, [source])
    return shown


async def document(session: WithinTenant, tenant_id: UUID, document_id: UUID) -> KnowledgeDocument:
    """A document with its text. Raises NotFound."""
    found = await repository.document_by_id(session, tenant_id, document_id)
    if found is None:
        raise NotFound(NO_SUCH_DOCUMENT)
    return found


async def correct(
    session: WithinTenant, tenant_id: UUID, document_id: UUID, *, text: str, revision: int
) -> KnowledgeDocument:
    """Replace a document's text by what a person wrote. A page that changes is read anew all the
    same. Raises BadRequest, NotFound, and Conflict if it is at another revision."""
    text = _pages(text)
    if not text.strip():
        raise BadRequest("The text is empty. Remove the source if nothing of it is to be known.")
    found = await repository.document_by_id(session, tenant_id, document_id, lock=True)
    if found is None:
        raise NotFound(NO_SUCH_DOCUMENT)
    if found.revision != revision:
        raise _changed_meanwhile()
    await read_anew(session, found, text=text, is_given=True)
    return found


async def change(
    session: WithinTenant,
    tenant_id: UUID,
    source_id: UUID,
    *,
    revision: int,
    title: str | None = None,
    refresh: Refresh | None = None,
    valid_until: datetime | Literal["unchanged"] | None = "unchanged",
) -> KnowledgeSource:
    """Call it otherwise, look at it more often, or forget it at a time. Raises BadRequest,
    NotFound, and Conflict if it is at another revision."""
    source = await _source(session, tenant_id, source_id, lock=True)
    if source.revision != revision:
        raise _changed_meanwhile()
    source.revision += 1
    if title is not None:
        source.title = _title("The title", title)
    if refresh is not None:
        if source.uri is None:
            raise BadRequest("Only a web page or a site can be looked at again.")
        source.refresh = _refresh(refresh)
    if valid_until != "unchanged":
        for each in await repository.documents_of(session, tenant_id, [source_id]):
            each.valid_until = valid_until
    await session.flush()
    tell(session, tenant_id)
    return source


async def refresh(session: WithinTenant, tenant_id: UUID, source_id: UUID) -> KnowledgeSource:
    """Look at a page or site again now; read a file again that could not be read. Raises
    NotFound."""
    source = await _source(session, tenant_id, source_id)
    if source.uri is not None:
        await plan_fetch(session, tenant_id, source.id)
        return source
    for each in await repository.documents_of(session, tenant_id, [source_id], lock=True):
        if each.state == "failed":
            await read_anew(session, each)
    return source


async def remove(session: WithinTenant, tenant_id: UUID, source_id: UUID) -> None:
    """With everything that was made of it. Raises NotFound."""
    if not await repository.remove_source(session, tenant_id, source_id):
        raise NotFound(NO_SUCH_SOURCE)
    tell(session, tenant_id)


async def grant(session: WithinTenant, tenant_id: UUID, agent_id: UUID, source_id: UUID) -> None:
    """Let the agent read it, from the next message on. Raises NotFound."""
    await _source(session, tenant_id, source_id)
    await _granted(session, tenant_id, source_id, [agent_id])


async def revoke(session: WithinTenant, tenant_id: UUID, agent_id: UUID, source_id: UUID) -> None:
    """The agent reads it no more, from the next message on."""
    await repository.revoke(session, tenant_id, agent_id, source_id)
    tell(session, tenant_id)


# ── inside ─────────────────────────────────────────────────────────────────────────────────────


async def _source(
    session: WithinTenant, tenant_id: UUID, source_id: UUID, *, lock: bool = False
) -> KnowledgeSource:
    source = await repository.source_by_id(session, tenant_id, source_id, lock=lock)
    if source is None:
        raise NotFound(NO_SUCH_SOURCE)
    return source


async def _shown(
    session: WithinTenant, tenant_id: UUID, sources: Sequence[KnowledgeSource]
) -> list[Source]:
    shown = {source.id: Source(source) for source in sources}
    for each in await repository.documents_of(session, tenant_id, list(shown)):
        shown[each.source_id].documents.append(each)
    for source_id, agent_id in await repository.readers_of(session, tenant_id, list(shown)):
        shown[source_id].agent_ids.append(agent_id)
    return list(shown.values())


async def _granted(
    session: WithinTenant, tenant_id: UUID, source_id: UUID, agent_ids: Sequence[UUID]
) -> None:
    for agent_id in agent_ids:
        await get_agent(session, tenant_id, agent_id)
        await repository.grant(session, tenant_id, agent_id, source_id)
    tell(session, tenant_id)


def _title(what: str, title: str) -> str:
    return one_line(what, title[:MAX_TITLE_CHARS], max_chars=MAX_TITLE_CHARS)


def _pages(text: str) -> str:
    """The text, whose pages a form feed divides."""
    if len(text) > MAX_TEXT_CHARS:
        raise BadRequest(f"The text may have at most {MAX_TEXT_CHARS} characters.")
    pages = text.split(PAGE_BREAK)
    return PAGE_BREAK.join(prose("The text", page, max_chars=MAX_TEXT_CHARS) for page in pages)


def _refresh(refresh: str) -> str:
    if refresh != "never" and refresh not in REFRESHES:
        known = ", ".join(["never", *REFRESHES])
        raise BadRequest(f"'refresh' must be one of {known}.")
    return refresh


def _web_address(address: str) -> str:
    address = one_line("The address", address, max_chars=MAX_ADDRESS_CHARS)
    if "://" not in address:
        address = f"https://{address}"
    try:
        parts = urlsplit(address)
        known = parts.scheme in ("http", "https") and parts.hostname and not parts.username
    except ValueError:
        known = False
    if not known:
        raise BadRequest(
            "This is no address of a web page. Give one like https://www.example.com/prices."
        )
    return urldefrag(address).url


def _changed_meanwhile() -> Conflict:
    return Conflict(
        "Somebody changed it meanwhile. Look at it again, and then change it.",
        code="revision_conflict",
    )
