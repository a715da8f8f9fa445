"""One page of the web: fetched, and read in a child process as documents are."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx2

from orchestrator.knowledge.parse import parse_page
from orchestrator.knowledge.parsed import Parsed, ParseFailed, parsed_from
from orchestrator.knowledge.web.addresses import normal
from orchestrator.knowledge.web.fetching import (
    Answer,
    Fetcher,
    NotRead,
    WebPage,
    asks_log_in,
    web_client,
)


@dataclass(frozen=True, slots=True)
class Read:
    """A page, and where it leads. `found_at` is the last redirect's, `wants_no_index` that it asks
    not to be kept by machines."""

    page: WebPage
    found_at: str
    links: tuple[str, ...]
    footer: str
    wants_no_index: bool


async def read_page(url: str, *, client: httpx2.AsyncClient | None = None) -> WebPage:
    """The page at an address as a person types it, with what stands at its foot. Raises NotRead."""
    address = start_of(url)
    async with client or web_client() as http:
        read = await read_with(Fetcher(http), address)
        return with_footer(read)


def start_of(url: str) -> str:
    """Raises NotRead."""
    address = normal(url)
    if address is None:
        raise NotRead(
            url, "address", "This is no address of a page. One looks like https://example.com/menu."
        )
    return address


async def read_with(
    fetcher: Fetcher, url: str, *, stays: Callable[[str], bool] | None = None
) -> Read:
    """Raises NotRead."""
    try:
        answer = await fetcher.page(url, stays=stays)
    except NotRead as error:
        if error.code != "blocked_address" or not url.startswith("http://"):
            raise
        answer = await fetcher.page(f"https{url[4:]}", stays=stays)
    return await _read(answer)


async def _read(answer: Answer) -> Read:
    name = urlsplit(answer.url).path.rpartition("/")[2] or urlsplit(answer.url).netloc
    try:
        parsed, facts = await parse_page(answer.content, name, answer.mime)
    except ParseFailed as error:
        raise NotRead(answer.url, error.code, error.sentence) from None
    if facts.asks_password and len(parsed.text) < LITTLE_TEXT:
        raise asks_log_in(answer.url)
    if not parsed.text:
        raise NotRead(
            answer.url,
            "no_text",
            "The page has no text of its own: it is written by a script in the browser. Upload the "
            "text as a file, or name a page that has it.",
        )
    base = normal(facts.base, answer.url) if facts.base else None
    links = (normal(link, base or answer.url) for link in facts.links)
    canonical = normal(facts.canonical, answer.url) if facts.canonical else None
    is_own = canonical and urlsplit(canonical).netloc == urlsplit(answer.url).netloc
    page = _page(canonical if canonical and is_own else answer.url, parsed)
    return Read(page, answer.url, tuple(filter(None, links)), facts.footer, facts.wants_no_index)


def with_footer(read: Read) -> WebPage:
    """The page with what stands at its foot, where businesses put their hours and addresses."""
    if not read.footer:
        return read.page
    parsed = read.page.parsed
    text = f"{parsed.text}\n\n# {parsed.title}\n\n{read.footer}"
    return _page(read.page.url, parsed_from(text, parsed.title, language=parsed.language))


def _page(url: str, parsed: Parsed) -> WebPage:
    return WebPage(url, parsed.title, parsed, hashlib.sha256(parsed.text.encode()).hexdigest())


LITTLE_TEXT = 600
"""Of a page that asks for a password: it is there to log in."""
