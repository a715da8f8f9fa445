"""The job that fetches a web page, or a site, for an employee to read."""

from collections.abc import AsyncIterator
from uuid import UUID

from shared.errors import Conflict
from shared.knowledge import fetching
from shared.knowledge.fetching import Page, Unwanted

from orchestrator.jobs.work import JobFailed, Result, Work
from orchestrator.knowledge.web import NotRead, WebPage, read_page, read_site

UNREACHABLE = "It could not be reached, several times. See that the address opens in a browser."
GONE = ("not_found", "asked_not_to", "robots")
"""Why a page is not missed but gone."""


async def fetch(work: Work) -> Result:
    """A page or a site is fetched, page by page; each is read as soon as it is there."""
    try:
        kept, missed = await _fetched(work)
        if not any(each.code == "bounds" for each in missed):
            lost = {each.url for each in missed if each.code not in GONE}
            stay = await fetching.documents_at(work.tenant_id, work.subject, lost)
            await fetching.all_kept(work.tenant_id, work.subject, {*kept, *stay})
        wrong: dict[str, str] = {}
        if missed:
            wrong = {"code": missed[-1].code, "why": f"{missed[-1].url}: {missed[-1].sentence}"}
        await fetching.looked_at(work.tenant_id, work.subject, **wrong)
    except Unwanted:
        return {"superseded": True}
    except (NotRead, Conflict) as error:
        sentence = error.sentence if isinstance(error, NotRead) else error.message
        await fetching.looked_at(work.tenant_id, work.subject, code=error.code, why=sentence)
        raise JobFailed(error.code, sentence) from None
    return {"pages": len(kept), "missed": len(missed)}


async def _fetched(work: Work) -> tuple[list[UUID], list[NotRead]]:
    """Documents of what was read, and what was not. Raises NotRead if there is nothing to begin
    with, and Conflict if there is no room for more."""
    kept: list[UUID] = []
    missed: list[NotRead] = []
    address = await fetching.address_of(work.tenant_id, work.subject)
    async for found in _pages(address):
        if isinstance(found, NotRead):
            missed.append(found)
        else:
            kept.append(await fetching.keep_page(work.tenant_id, work.subject, _page(found)))
    return kept, missed


async def _pages(address: fetching.Address) -> AsyncIterator[WebPage | NotRead]:
    """Raises NotRead if there is nothing to begin with."""
    if not address.whole_site:
        yield await read_page(address.uri)
        return
    async for found in read_site(address.uri):
        yield found


def _page(found: WebPage) -> Page:
    parsed = found.parsed
    return Page(found.url, found.title, parsed.text, parsed.language, bytes.fromhex(found.sha256))


async def plan_next_fetch(work: Work) -> None:
    """A page or site is looked at again as it wants."""
    await fetching.plan_next(work.tenant_id, work.subject)


async def not_fetched(tenant_id: UUID, source_id: UUID) -> None:
    """A source whose job has failed for good says so, if it does not yet."""
    await fetching.give_up(tenant_id, source_id, code="unreachable", why=UNREACHABLE)
