"""What the command line does with a tenant's knowledge."""

import asyncio
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.agents.rules import find_by_name, list_agents
from shared.db import SystemSession, TenantSession
from shared.errors import BadRequest, NotFound
from shared.knowledge import sources, trials
from shared.knowledge.readers import tenant_of
from shared.knowledge.reading import DONE, how_far
from shared.knowledge.sources import Source
from shared.models import Tenant
from shared.tenants.rules import find_tenant, list_tenants

LOOK_EVERY_S = 0.3


@dataclass(frozen=True, slots=True)
class Thing:
    """A file with its content, or the address of a page."""

    name: str
    content: bytes | None = None


def given(what: str) -> Thing:
    """What a command line names. Raises BadRequest for a file that is not there."""
    path = Path(what).expanduser()
    if path.is_file():
        try:
            return Thing(path.name, path.read_bytes())
        except OSError as error:
            raise BadRequest(f"{what} cannot be opened: {error.strerror}.") from None
    if path.is_dir():
        raise BadRequest(f"{what} is a directory. Name the files in it.")
    if _ADDRESS.fullmatch(what) and path.suffix.lower() not in _OF_FILES:
        return Thing(what)
    raise BadRequest(f"There is no file {what}. The address of a page begins with https://.")


_ADDRESS = re.compile(r"https?://\S+|[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?", re.IGNORECASE)
_OF_FILES = (
    ".csv",
    ".doc",
    ".docx",
    ".md",
    ".odt",
    ".pdf",
    ".ppt",
    ".pptx",
    ".rtf",
    ".txt",
    ".xlsx",
)


async def add(
    tenant: str,
    things: Sequence[Thing],
    *,
    agents: Sequence[str] | None,
    whole_site: bool,
    wait_s: float,
) -> list[dict[str, Any]]:
    """Each as it is once it is read, or after this time, in the order given."""
    tenant_id = await _tenant(tenant)
    added: list[UUID] = []
    for thing in things:
        async with TenantSession(tenant_id) as session, session.transaction():
            readers = await _readers(session, tenant_id, agents)
            if thing.content is None:
                source = await sources.add_page(
                    session,
                    tenant_id,
                    address=thing.name,
                    whole_site=whole_site,
                    agent_ids=readers,
                )
            else:
                source = await sources.add_file(
                    session,
                    tenant_id,
                    name=thing.name,
                    mime=mimetypes.guess_type(thing.name)[0] or "application/octet-stream",
                    content=thing.content,
                    agent_ids=readers,
                )
            added.append(source.id)
    return await _once_read(tenant_id, added, wait_s)


async def _once_read(tenant_id: UUID, ids: Sequence[UUID], wait_s: float) -> list[dict[str, Any]]:
    until = asyncio.get_running_loop().time() + wait_s
    while True:
        shown = [await _show(tenant_id, each) for each in ids]
        if all(how_far(each).state in DONE for each in shown):
            break
        if asyncio.get_running_loop().time() >= until:
            break
        await asyncio.sleep(LOOK_EVERY_S)
    names = await _names(tenant_id)
    return [_row(each, names) for each in shown]


async def list_all(tenant: str) -> list[dict[str, Any]]:
    tenant_id = await _tenant(tenant)
    names = await _names(tenant_id)
    rows: list[dict[str, Any]] = []
    after = None
    while True:
        async with TenantSession(tenant_id) as session, session.transaction():
            page = await sources.list_sources(session, tenant_id, after=after, limit=100)
        rows += [_row(each, names) for each in page]
        if len(page) < 100:
            return rows
        after = page[-1].source.created_at, page[-1].source.id


async def show(source_id: UUID) -> dict[str, Any]:
    """With the texts of its documents. Raises NotFound."""
    tenant_id = await _tenant_of(source_id)
    shown = await _show(tenant_id, source_id)
    documents = []
    async with TenantSession(tenant_id) as session, session.transaction():
        for each in shown.documents:
            document = await sources.document(session, tenant_id, each.id)
            documents.append(
                {
                    "id": document.id,
                    "title": document.title,
                    "state": document.state,
                    "language": document.language,
                    "pages": document.pages,
                    "revision": document.revision,
                    "text": document.text or "",
                }
            )
    return _row(shown, await _names(tenant_id)) | {"documents": documents}


async def remove(source_id: UUID) -> dict[str, Any]:
    """Raises NotFound."""
    tenant_id = await _tenant_of(source_id)
    shown = await _show(tenant_id, source_id)
    async with TenantSession(tenant_id) as session, session.transaction():
        await sources.remove(session, tenant_id, source_id)
    return {"id": source_id, "title": shown.source.title, "state": "removed"}


async def ask(tenant: str | None, agent: str, question: str) -> dict[str, Any]:
    """Raises NotFound, BadRequest if several tenants have an agent of that name."""
    tenant_id, agent_id = await _agent(tenant, agent)
    answered = await trials.ask(tenant_id, agent_id, question)
    return {"answer": answered.answer, "knows": answered.knows, "citations": answered.citations}


async def _tenant(named: str) -> UUID:
    async with SystemSession("setup") as session, session.transaction():
        return (await find_tenant(session, named)).id


async def _tenant_of(source_id: UUID) -> UUID:
    async with SystemSession("setup") as session, session.transaction():
        return await tenant_of(session, source_id)


async def _agent(tenant: str | None, name: str) -> tuple[UUID, UUID]:
    found: list[tuple[Tenant, UUID]] = []
    async with SystemSession("setup") as session, session.transaction():
        tenants = [await find_tenant(session, tenant)] if tenant else await list_tenants(session)
    for each in tenants:
        async with TenantSession(each.id) as own, own.transaction():
            agent = await find_by_name(own, each.id, name)
            if agent is not None:
                found.append((each, agent.id))
    if not found:
        raise NotFound(f"There is no employee called '{name}'.")
    if len(found) > 1:
        slugs = ", ".join(each.slug for each, _ in found)
        raise BadRequest(f"Several tenants have an employee called '{name}': name one of {slugs}.")
    return found[0][0].id, found[0][1]


async def _readers(
    session: TenantSession, tenant_id: UUID, names: Sequence[str] | None
) -> list[UUID]:
    if names is None:
        return [agent.id for agent in await list_agents(session, tenant_id)]
    readers = []
    for name in names:
        agent = await find_by_name(session, tenant_id, name)
        if agent is None:
            raise NotFound(f"There is no employee called '{name}' in this tenant.")
        readers.append(agent.id)
    return readers


async def _names(tenant_id: UUID) -> dict[UUID, str]:
    async with TenantSession(tenant_id) as session, session.transaction():
        return {agent.id: agent.name for agent in await list_agents(session, tenant_id)}


async def _show(tenant_id: UUID, source_id: UUID) -> Source:
    async with TenantSession(tenant_id) as session, session.transaction():
        return await sources.show(session, tenant_id, source_id)


def _row(shown: Source, names: dict[UUID, str]) -> dict[str, Any]:
    source, read = shown.source, how_far(shown)
    return {
        "id": source.id,
        "kind": source.kind,
        "title": source.title,
        "uri": source.uri,
        "state": read.state,
        "error": read.error_code,
        "sentence": read.sentence,
        "agents": ", ".join(sorted(names[each] for each in shown.agent_ids if each in names)),
        "revision": source.revision,
        "created_at": source.created_at,
    }
