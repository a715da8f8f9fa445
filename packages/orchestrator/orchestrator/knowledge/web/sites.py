"""A whole site: from its first page and its sitemaps by its own links, breadth first."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Final

import httpx2

from orchestrator.knowledge.web.addresses import Scope, normal
from orchestrator.knowledge.web.fetching import (
    LONGEST_DELAY_S,
    Fetcher,
    NotRead,
    WebPage,
    web_client,
)
from orchestrator.knowledge.web.reading import Read, read_with, start_of, with_footer
from orchestrator.knowledge.web.sitemaps import is_sitemap, places_in

MOST_SITEMAPS: Final = 10
MOST_QUERIES: Final = 20
"""Of one path: calendars and shops have no end."""
WAITING_PER_PAGE: Final = 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """Where reading a site ends."""

    pages: int = 100
    depth: int = 4
    bytes: int = 64 * 1024 * 1024
    seconds: float = 600.0
    pause_s: float = 0.5


async def read_site(
    url: str, bounds: Bounds | None = None, *, client: httpx2.AsyncClient | None = None
) -> AsyncIterator[WebPage | NotRead]:
    """The pages as they are read, and those that could not be; the last may say which bound ended
    it. `url` is a page, whose folder is read, or a sitemap, whose pages are.

    No page comes twice, by address or by text. Raises NotRead if the first cannot be read.
    """
    start = start_of(url)
    async with client or web_client() as http:
        site = _Site(start, bounds or Bounds(), Fetcher(http))
        async for found in site.read():
            yield found


@dataclass
class _Site:
    """One reading. `waiting`: addresses and how many links away from the start they are."""

    start: str
    bounds: Bounds
    fetcher: Fetcher
    scope: Scope = field(init=False)
    follows_links: bool = True
    waiting: deque[tuple[str, int]] = field(default_factory=deque)
    met: set[str] = field(default_factory=set)
    queries: Counter[str] = field(default_factory=Counter)
    texts: set[str] = field(default_factory=set)
    tried_later: set[str] = field(default_factory=set)
    pause_s: float = field(init=False)

    async def read(self) -> AsyncIterator[WebPage | NotRead]:
        ends_at = asyncio.get_running_loop().time() + self.bounds.seconds
        self.scope = Scope.of(self.start)
        self.pause_s = self.bounds.pause_s
        if is_sitemap(self.start):
            self.follows_links = False
            await self._list_pages([self.start], within_folder=False)
            if not self.waiting:
                raise NotRead(self.start, "no_pages", "The sitemap lists no page of this website.")
        else:
            self._add(self.start, 0)
        pages, has_footer = 0, False
        while self.waiting:
            if (bound := self._bound_reached(pages, ends_at)) is not None:
                yield bound
                return
            address, away = self.waiting.popleft()
            is_first = address == self.start
            try:
                if not is_first:
                    await self._pause(address)
                # The first page may lead to another host, as example.com does to www.
                stays = None if is_first else self.scope.same_host
                read = await read_with(self.fetcher, address, stays=stays)
            except NotRead as error:
                if is_first:
                    raise
                if not self._comes_later(error, address, away):
                    yield error
                continue
            if is_first:
                await self._begin(read)
            self.met.add(read.page.url)
            if self.follows_links and away < self.bounds.depth:
                for link in read.links:
                    self._add(self.scope.within(link), away + 1)
            if read.wants_no_index and not is_first:
                yield NotRead(address, "asked_not_to", "The page asks machines not to keep it.")
            elif read.page.sha256 not in self.texts:
                self.texts.add(read.page.sha256)
                pages += 1
                yield read.page if has_footer else with_footer(read)
                has_footer = has_footer or bool(read.footer)

    async def _begin(self, first: Read) -> None:
        """The site is where the first page led; what its sitemaps list comes after its links."""
        self.scope = Scope.of(first.found_at)
        for link in first.links:
            self._add(self.scope.within(link), 1)
        listed = list((await self.fetcher.rules(first.found_at)).sitemaps)
        usual = normal("/sitemap.xml", first.found_at)
        await self._list_pages(listed or [usual or ""], within_folder=True)

    async def _list_pages(self, sitemaps: list[str], *, within_folder: bool) -> None:
        """Pages of sitemaps, and of those that these list. One that cannot be had is passed over,
        unless it is the one that was named."""
        left = deque(sitemaps)
        for _ in range(MOST_SITEMAPS):
            if not left:
                return
            address = normal(left.popleft(), self.start)
            if address is None or not self.scope.same_host(address):
                continue
            try:
                answer = await self.fetcher.page(address, stays=self.scope.same_host)
            except NotRead:
                if address == self.start:
                    raise
                continue
            places, are_sitemaps = places_in(answer.content)
            if are_sitemaps:
                left.extend(places[:MOST_SITEMAPS])
                continue
            scope = self.scope if within_folder else self.scope.whole_host
            for place in places[: self.bounds.pages * WAITING_PER_PAGE]:
                self._add(scope.within(normal(place, address)), 1)

    def _add(self, address: str | None, away: int) -> None:
        if address is None or address in self.met:
            return
        if len(self.waiting) >= self.bounds.pages * WAITING_PER_PAGE:
            return
        path, _, query = address.partition("?")
        self.queries[path] += bool(query)
        if self.queries[path] <= MOST_QUERIES:
            self.met.add(address)
            self.waiting.append((address, away))

    def _comes_later(self, error: NotRead, address: str, away: int) -> bool:
        """A website that we ask too fast is asked more slowly, and each page once more."""
        if error.code != "busy" or address in self.tried_later:
            return False
        self.pause_s = min(self.pause_s * 2 + 1, LONGEST_DELAY_S)
        self.tried_later.add(address)
        self.waiting.append((address, away))
        return True

    async def _pause(self, address: str) -> None:
        await asyncio.sleep(max(self.pause_s, await self.fetcher.delay_s(address)))

    def _bound_reached(self, pages: int, ends_at: float) -> NotRead | None:
        address = self.waiting[0][0]
        if pages >= self.bounds.pages:
            why = f"{pages} pages were read, which is as many as are read of one website"
        elif self.fetcher.bytes_read >= self.bounds.bytes:
            why = f"{self.bounds.bytes // 1024**2} MB were read, which is as much as is read"
        elif asyncio.get_running_loop().time() >= ends_at:
            why = f"{self.bounds.seconds / 60:.0f} minutes have passed"
        else:
            return None
        return NotRead(
            address,
            "bounds",
            f"Not all of the website was read: {why}. Name the folder that matters, or a sitemap.",
        )
