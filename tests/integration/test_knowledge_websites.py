"""A page or a site is kept up to date: what is new is read, what is gone is removed, and what could
not be reached stays as it was."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from orchestrator.jobs import websites
from orchestrator.knowledge.parsed import parsed_from
from orchestrator.knowledge.web import NotRead, WebPage
from shared.db import TenantSession
from shared.knowledge import sources
from shared.knowledge.search import find
from shared.knowledge.sources import Source

from tests.support.jobs import doing_jobs
from tests.support.people import World
from tests.support.servers import Database
from tests.support.waiting import LOOK_AGAIN_S, WITHIN_S

SITE = "https://sol.example/"


@dataclass
class Web:
    """What is on the web now; `down` is a site that answers nobody."""

    pages: dict[str, str] = field(default_factory=dict)
    down: bool = False

    async def page(self, url: str) -> WebPage:
        if self.down:
            raise NotRead(url, "unreachable", "The page does not answer.")
        parsed = parsed_from(self.pages[url], "Sol")
        return WebPage(url, "Sol", parsed, hashlib.sha256(parsed.text.encode()).hexdigest())

    async def site(self, url: str) -> AsyncIterator[WebPage | NotRead]:
        del url
        for address in self.pages:
            yield await self.page(address)


@pytest.fixture
async def web(database: Database, settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[Web]:
    web = Web({SITE: "We sell oranges.", f"{SITE}hours": "We open at nine."})
    settings_of_its_own.setattr(websites, "read_page", web.page)
    settings_of_its_own.setattr(websites, "read_site", web.site)
    async with doing_jobs(settings_of_its_own):
        yield web


async def looked_at(world: World, source_id: UUID) -> Source:
    """The source, once it has been looked at and all is read."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            async with TenantSession(world.id) as session, session.transaction():
                shown = await sources.show(session, world.id, source_id)
            read = all(each.state == "indexed" for each in shown.documents)
            if shown.source.checked_at is not None and read:
                return shown
            await asyncio.sleep(LOOK_AGAIN_S)


async def look_again(world: World, source_id: UUID) -> Source:
    async with TenantSession(world.id) as session, session.transaction():
        (await sources.show(session, world.id, source_id)).source.checked_at = None
        await sources.refresh(session, world.id, source_id)
    return await looked_at(world, source_id)


async def test_a_site_is_known_as_it_is_now(acme: World, web: Web) -> None:
    async def known() -> set[tuple[str | None, str]]:
        found = await find(acme.id, acme.agent_id, "When do you open?")
        return {(passage.uri, passage.text) for passage in found.passages}

    async with TenantSession(acme.id) as session, session.transaction():
        source = await sources.add_page(
            session, acme.id, address="sol.example/", whole_site=True, agent_ids=[acme.agent_id]
        )
    first = await looked_at(acme, source.id)
    assert first.source.title == "Sol"
    assert await known() == {(url, text) for url, text in web.pages.items()}

    web.pages = {SITE: "We sell oranges.", f"{SITE}shop": "Our shop is at the harbour."}
    second = await look_again(acme, source.id)
    assert await known() == {(url, text) for url, text in web.pages.items()}
    assert {each.uri: each.revision for each in second.documents}[SITE] == 1  # it said the same

    web.pages[SITE] = "We sell lemons."
    await look_again(acme, source.id)
    assert (SITE, "We sell lemons.") in await known()

    web.down = True
    fourth = await look_again(acme, source.id)
    assert (fourth.source.error_code, fourth.source.error) == (
        "unreachable", "The page does not answer.",
    )  # fmt: skip
    assert await known() == {(url, text) for url, text in web.pages.items()}
