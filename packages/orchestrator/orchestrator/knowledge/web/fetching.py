"""Fetches pages through the guarded client: redirects by hand, robots.txt first, bounded."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

import httpx2
from protego import Protego

from orchestrator.egress import EgressRefused, guarded_client
from orchestrator.knowledge.parsed import Parsed
from orchestrator.knowledge.web.addresses import normal

AGENT: Final = "KonstructBot"
USER_AGENT: Final = f"Mozilla/5.0 (compatible; {AGENT}/1.0)"
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_ROBOTS_BYTES: Final = 500 * 1024
WITHIN_S: Final = 20.0
MOST_REDIRECTS: Final = 5
LONGEST_DELAY_S: Final = 10.0
_ACCEPT: Final = "text/html,application/xhtml+xml,application/pdf;q=0.8,text/plain;q=0.7,*/*;q=0.5"
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LOG_IN_PATHS: Final = ("login", "signin", "sign-in", "log-in", "wp-login.php", "auth", "sso")


@dataclass(frozen=True, slots=True)
class WebPage:
    """`url` is where it was found in the end, or the one that the page says is its own; `sha256` is
    that of the text."""

    url: str
    title: str
    parsed: Parsed
    sha256: str


class NotRead(Exception):
    """Why a page was not read. `code`: address, robots, log_in, refused, busy, not_found,
    unreachable, blocked_address, too_big, no_text, no_pages, elsewhere, asked_not_to, bounds, or
    one of ParseFailed. The sentence tells a person what to do."""

    def __init__(self, url: str, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.url = url
        self.code = code
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Answer:
    url: str
    content: bytes
    mime: str


def web_client() -> httpx2.AsyncClient:
    """Gives pages that end soon and are not large."""
    return guarded_client(max_bytes=MOST_BYTES, total_s=WITHIN_S)


@dataclass
class Fetcher:
    """What one reading of the web remembers: the rules of each host."""

    client: httpx2.AsyncClient
    bytes_read: int = 0
    _rules: dict[str, Protego | NotRead] = field(default_factory=dict)

    async def page(self, url: str, *, stays: Callable[[str], bool] | None = None) -> Answer:
        """What is there, if robots.txt lets us; `stays` says to which hosts a redirect may lead.
        Raises NotRead."""
        at = url
        for _ in range(MOST_REDIRECTS + 1):
            rules = await self.rules(at)
            if not rules.can_fetch(at, AGENT):
                raise _forbidden(at)
            answer = await self._get(at)
            if isinstance(answer, Answer):
                return answer
            if any(part in _LOG_IN_PATHS for part in urlsplit(answer).path.lower().split("/")):
                raise asks_log_in(url)
            if stays is not None and not stays(answer):
                raise NotRead(at, "elsewhere", f"The page leads to another website: {answer}.")
            at = answer
        raise NotRead(url, "unreachable", "The page leads from one address to the next for ever.")

    async def rules(self, url: str) -> Protego:
        """robots.txt of the host. Without one everything may be read; if it cannot be had,
        nothing. Raises NotRead."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in self._rules:
            try:
                self._rules[origin] = Protego.parse(await self._robots(f"{origin}/robots.txt"))
            except NotRead as error:
                self._rules[origin] = error
        rules = self._rules[origin]
        if isinstance(rules, NotRead):
            raise NotRead(url, rules.code, rules.sentence)
        return rules

    async def delay_s(self, url: str) -> float:
        """As robots.txt asks, within bounds."""
        said = (await self.rules(url)).crawl_delay(AGENT)
        return min(said or 0.0, LONGEST_DELAY_S)

    async def _robots(self, at: str) -> str:
        for _ in range(MOST_REDIRECTS + 1):
            try:
                answer = await self._get(at)
            except NotRead as error:
                if error.code in ("not_found", "refused", "log_in", "wrong_type"):
                    return ""
                raise
            if isinstance(answer, Answer):
                return answer.content[:MOST_ROBOTS_BYTES].decode(errors="replace")
            at = answer
        return ""

    async def _get(self, url: str) -> Answer | str:
        """The page, or the address where it is instead."""
        try:
            async with (
                asyncio.timeout(WITHIN_S),
                self.client.stream("GET", url, headers=_HEADERS) as response,
            ):
                location = response.headers.get("Location", "")
                if response.status_code in _REDIRECTS and location:
                    target = normal(location, url)
                    if target is None:
                        raise NotRead(url, "unreachable", "The page leads to no address.")
                    return target
                _raise_for(url, response.status_code)
                content = await response.aread()
        except EgressRefused as error:
            if error.code == "encoded":
                raise _refused(url, "it sends its pages packed") from None
            raise NotRead(url, error.code, error.sentence) from None
        except (TimeoutError, httpx2.TimeoutException):
            raise _unreachable(url, "it did not answer in time") from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise _unreachable(url, "nobody answers there") from None
        self.bytes_read += len(content)
        return Answer(url, content, response.headers.get("Content-Type", ""))


_HEADERS: Final = {"User-Agent": USER_AGENT, "Accept": _ACCEPT}


def _raise_for(url: str, status: int) -> None:
    if status in (401, 407):
        raise asks_log_in(url)
    if status in (429, 503):
        raise NotRead(url, "busy", "The website asks us to come later. Try again in an hour.")
    if status in (403, 406, 451):
        raise _refused(url, f"it answers {status}")
    if status >= 500:
        raise _unreachable(url, f"the website has a fault (it answers {status})")
    if status != 200:
        raise NotRead(
            url, "not_found", f"There is no page at this address (the website answers {status})."
        )


def asks_log_in(url: str) -> NotRead:
    return NotRead(
        url,
        "log_in",
        "The page is shown only after a log-in. Name one that everybody can see, or upload the "
        "text as a file.",
    )


def _refused(url: str, why: str) -> NotRead:
    return NotRead(
        url,
        "refused",
        f"The website does not let us read the page ({why}). Allow {AGENT} there, or upload the "
        "text as a file.",
    )


def _forbidden(url: str) -> NotRead:
    return NotRead(
        url,
        "robots",
        f"The website's robots.txt asks machines not to read this page. Allow {AGENT} there, or "
        "upload the text as a file.",
    )


def _unreachable(url: str, why: str) -> NotRead:
    return NotRead(
        url, "unreachable", f"The page could not be read: {why}. Look whether a browser shows it."
    )
