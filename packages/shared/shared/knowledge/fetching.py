"""A page or a site as a worker fetches it: each page is kept as it comes, and read if it is new.

Whole transactions. What was removed meanwhile is kept by nobody.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from shared.db import TenantSession
from shared.knowledge import repository
from shared.knowledge.limits import MAX_TITLE_CHARS, require_room
from shared.knowledge.planning import REFRESHES, add_document, plan_fetch, read_anew, tell
from shared.models import KnowledgeDocument, KnowledgeSource


@dataclass(frozen=True, slots=True)
class Address:
    """What is to be fetched: a page, or the site that begins there."""

    uri: str
    whole_site: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page that was fetched. `sha256` tells whether it has changed."""

    uri: str
    title: str
    text: str
    language: str
    sha256: bytes


class Unwanted(Exception):
    """The source was removed meanwhile."""


async def address_of(tenant_id: UUID, source_id: UUID) -> Address:
    """Raises Unwanted."""
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await _wanted(session, tenant_id, source_id)
        return Address(source.uri or "", source.kind == "site")


async def keep_page(tenant_id: UUID, source_id: UUID, page: Page) -> UUID:
    """The page's document, queued if the page is otherwise than before. Raises Unwanted, and
    Conflict if the business has no room for one more."""
    title = " ".join(page.title.split())[:MAX_TITLE_CHARS] or page.uri
    given = {
        "title": title,
        "uri": page.uri,
        "text": page.text,
        "language": page.language,
        "sha256": page.sha256,
        "is_given": True,
    }
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await _wanted(session, tenant_id, source_id)
        if source.title == source.uri:
            source.title = title
        known = await _known(session, source, page.uri)
        if known is None:
            await require_room(session, tenant_id, size=0, sources=0)
            added = await add_document(session, source, **given)
            return added.id
        if known.sha256 != page.sha256 or known.state == "failed":
            await read_anew(session, known, **given)
        return known.id


async def documents_at(tenant_id: UUID, source_id: UUID, uris: Collection[str]) -> list[UUID]:
    """Documents of the source that were read at these addresses."""
    async with TenantSession(tenant_id) as session, session.transaction():
        found = await repository.documents_of(session, tenant_id, [source_id])
        return [each.id for each in found if each.uri in uris]


async def _known(
    session: TenantSession, source: KnowledgeSource, uri: str
) -> KnowledgeDocument | None:
    found = await repository.documents_of(session, source.tenant_id, [source.id], lock=True)
    same = [each for each in found if source.kind == "page" or each.uri == uri]
    return same[0] if same else None


async def all_kept(tenant_id: UUID, source_id: UUID, kept: Collection[UUID]) -> None:
    """The source has been looked at, and these are its documents; others are removed."""
    async with TenantSession(tenant_id) as session, session.transaction():
        await _wanted(session, tenant_id, source_id)
        found = await repository.documents_of(session, tenant_id, [source_id])
        gone = [each.id for each in found if each.id not in kept]
        await repository.remove_documents(session, tenant_id, gone)


async def looked_at(
    tenant_id: UUID, source_id: UUID, *, code: str | None = None, why: str | None = None
) -> None:
    """With what was wrong: a code, and a sentence. What was known of it is known still."""
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await repository.source_by_id(session, tenant_id, source_id, lock=True)
        if source is not None:
            source.checked_at = datetime.now(UTC)
            source.error_code, source.error = code, why
            tell(session, tenant_id)


async def plan_next(tenant_id: UUID, source_id: UUID) -> None:
    """Look at it again, if it is to be."""
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await repository.source_by_id(session, tenant_id, source_id)
        if source is not None and (after := REFRESHES.get(source.refresh)):
            await plan_fetch(session, tenant_id, source_id, after=after)


async def give_up(tenant_id: UUID, source_id: UUID, *, code: str, why: str) -> None:
    """It could not be fetched, if nothing was said of it yet."""
    async with TenantSession(tenant_id) as session, session.transaction():
        source = await repository.source_by_id(session, tenant_id, source_id, lock=True)
        if source is not None and source.error is None:
            source.error_code, source.error = code, why
            tell(session, tenant_id)


async def _wanted(session: TenantSession, tenant_id: UUID, source_id: UUID) -> KnowledgeSource:
    source = await repository.source_by_id(session, tenant_id, source_id, lock=True)
    if source is None:
        raise Unwanted
    return source
