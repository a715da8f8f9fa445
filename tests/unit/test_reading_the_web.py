"""A page, a sitemap or a site is read politely, within bounds, and says why where it is not."""

import gzip
from collections.abc import Mapping

import httpx2
import pytest
from orchestrator.egress import guarded_client
from orchestrator.knowledge.parsed import parsed_from
from orchestrator.knowledge.parsing import failures
from orchestrator.knowledge.parsing.formats import reader_of
from orchestrator.knowledge.parsing.page_facts import PageFacts
from orchestrator.knowledge.web import Bounds, NotRead, WebPage, read_page, read_site
from orchestrator.knowledge.web.addresses import Scope, normal

SITE = "https://sol.example"
AT_ONCE = Bounds(pause_s=0)
Answer = str | tuple[int, Mapping[str, str]] | bytes


def page(text: str, *links: str, title: str = "Sol", head: str = "", foot: str = "") -> str:
    listed = "".join(f'<a href="{link}">x</a>' for link in links)
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><nav>{listed}</nav>"
        f"<main><h1>{title}</h1><p>{text}</p></main><footer>{foot}</footer></body></html>"
    )


class Web:
    """Websites in memory: what lies at each address, and what was asked for, in order."""

    def __init__(self, pages: Mapping[str, Answer]) -> None:
        self.pages = {
            address if "://" in address else f"{SITE}{address}": answer
            for address, answer in pages.items()
        }
        self.asked: list[str] = []
        self.agents: set[str] = set()

    @property
    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._answer))

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(str(request.url).removeprefix(SITE))
        self.agents.add(request.headers["User-Agent"])
        answer = self.pages.get(str(request.url), (404, {}))
        if isinstance(answer, tuple):
            return httpx2.Response(answer[0], headers=answer[1])
        if isinstance(answer, bytes):
            return httpx2.Response(200, content=answer)
        return httpx2.Response(200, content=answer, headers={"Content-Type": "text/html"})

    async def site(self, url: str = SITE, bounds: Bounds = AT_ONCE) -> list[WebPage | NotRead]:
        return [found async for found in read_site(url, bounds, client=self.client)]


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child for each page takes longer than all else here; test_parsing_child.py has those."""

    async def here(content: bytes, name: str, mime: str) -> object:
        outline = reader_of(content, name, mime)()
        if not outline.text and outline.facts is None:
            raise failures.empty()
        return parsed_from(outline.text, outline.title or name), outline.facts or PageFacts()

    monkeypatch.setattr("orchestrator.knowledge.web.reading.parse_page", here)


def told(found: list[WebPage | NotRead]) -> list[str]:
    return [
        each.url.removeprefix(SITE)
        if isinstance(each, WebPage)
        else f"{each.url.removeprefix(SITE)} {each.code}"
        for each in found
    ]


async def test_a_page_is_read_with_what_stands_at_its_foot() -> None:
    foot = '<ul><li><a href="/legal">Legal</a></li></ul><h3>Hours</h3><p>Mon-Fri 9-17</p>'
    web = Web({"/menu": page("Soup costs 5 euros.", foot=foot, title="Menu")})
    read = await read_page("sol.example/menu#today", client=web.client)
    assert (read.url, read.title) == (f"{SITE}/menu", "Menu")
    assert [(block.heading, block.text) for block in read.parsed.blocks] == [
        (("Menu",), "Soup costs 5 euros."),
        (("Menu", "Hours"), "Mon-Fri 9-17"),
    ]
    assert web.asked == ["/robots.txt", "/menu"]
    assert all("KonstructBot" in agent for agent in web.agents)


@pytest.mark.parametrize(
    ("answers", "code"),
    [
        ({"/robots.txt": "User-agent: *\nDisallow: /*/private"}, "robots"),
        ({"/robots.txt": (500, {})}, "unreachable"),
        ({"/a/private": (404, {})}, "not_found"),
        ({"/a/private": (401, {})}, "log_in"),
        ({"/a/private": (302, {"Location": "/login?next=/a"})}, "log_in"),
        ({"/a/private": (302, {"Location": "/a/private"})}, "unreachable"),
        ({"/a/private": (403, {})}, "refused"),
        ({"/a/private": (429, {})}, "busy"),
        (
            {"/a/private": "<html><body><div id=root></div><script>x</script></body></html>"},
            "no_text",
        ),
        ({"/a/private": page('Welcome <input type="password">')}, "log_in"),
    ],
)
async def test_why_a_page_is_not_read_is_said(answers: Mapping[str, Answer], code: str) -> None:
    web = Web({"/a/private": page("Secret")} | dict(answers))
    with pytest.raises(NotRead) as why:
        await read_page(f"{SITE}/a/private", client=web.client)
    assert why.value.code == code
    assert why.value.sentence.endswith(".")
    if code == "robots":
        assert web.asked == ["/robots.txt"], "what is forbidden is not asked for"


@pytest.mark.parametrize(
    "address",
    ["ftp://sol.example", "javascript:alert(1)", "https://a:b@sol.example", "", "http://"],
)
async def test_what_is_no_address_of_a_page_is_said(address: str) -> None:
    with pytest.raises(NotRead) as why:
        await read_page(address)
    assert why.value.code == "address"


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:1/", "https://169.254.169.254/", "https://[::1]/", "http://10.0.0.1"],
)
async def test_no_address_leads_inside(address: str) -> None:
    with pytest.raises(NotRead) as why:
        await read_page(address)
    assert why.value.code == "blocked_address"


async def test_no_redirect_leads_inside() -> None:
    web = Web({"/": (302, {"Location": "http://127.0.0.1:9/admin"})})
    public = web.client

    class Both(httpx2.AsyncBaseTransport):
        """The website answers in memory, all else goes through the guard."""

        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.host == "sol.example":
                return await public._transport.handle_async_request(request)
            return await guarded._transport.handle_async_request(request)

    async with guarded_client() as guarded:
        with pytest.raises(NotRead) as why:
            await read_page(SITE, client=httpx2.AsyncClient(transport=Both()))
    assert why.value.code == "blocked_address"


async def test_a_site_is_read_by_its_links_and_its_sitemap_each_page_once() -> None:
    sitemap = f"<urlset><url><loc>{SITE}/hidden-gem?utm_source=x</loc></url></urlset>"
    web = Web(
        {
            "/robots.txt": f"User-agent: *\nDisallow: /admin\nSitemap: {SITE}/map.xml",
            "/map.xml": sitemap,
            "/": page("Home", "/prices", "prices#top", "/admin", "/logo.png", "https://other.example/",
                      "mailto:a@sol.example", "http://www.sol.example/team", foot="Calle 1, 9-17"),
            "/prices": page("From 60.", "/", "/print/prices", "/gone"),
            "/print/prices": page("From 60.", head='<link rel="canonical" href="/prices">'),
            "https://www.sol.example/team": page("Ana and Luis"),
            "/hidden-gem": page("We speak Catalan."),
            "/thanks": page("Thank you"),
        }
    )  # fmt: skip
    found = await web.site()
    assert told(found) == [
        "/",
        "/prices",
        "/admin robots",
        "https://www.sol.example/team",
        "/hidden-gem",
        "/gone not_found",
    ]
    first, second = found[0], found[1]
    assert isinstance(first, WebPage)
    assert isinstance(second, WebPage)
    assert "Calle 1" in first.parsed.text, "the foot comes with the first page that has one"
    assert "Calle 1" not in second.parsed.text
    assert "/admin" not in web.asked


async def test_a_sitemap_names_the_pages_also_packed_and_by_way_of_others() -> None:
    pages = "".join(f"<url><loc>{SITE}/p{n}</loc></url>" for n in range(3))
    web = Web(
        {
            "/sitemap.xml": f"<sitemapindex><loc>{SITE}/en.xml.gz</loc></sitemapindex>",
            "/en.xml.gz": gzip.compress(f"<urlset>{pages}<loc>https://other.example/</loc></urlset>".encode()),
            "/p0": page("Zero", "/not-listed"),
            "/p1": page("One"),
        }
    )  # fmt: skip
    assert told(await web.site(f"{SITE}/sitemap.xml")) == ["/p0", "/p1", "/p2 not_found"]


async def test_a_folder_of_a_site_is_read_alone() -> None:
    web = Web({"/es/": page("Hola", "/es/precios", "/en/"), "/es/precios": page("Precios")})
    assert told(await web.site(f"{SITE}/es/")) == ["/es/", "/es/precios"]


async def test_reading_ends_at_its_bounds_and_says_so() -> None:
    class Endless(dict[str, Answer]):
        def get(self, address: str, _: object = None) -> Answer:  # type: ignore[override]
            if address.endswith(("robots.txt", ".xml")):
                return 404, {}
            number = int(address.rpartition("/")[2] or 0)
            return page(f"Page {number}", *(f"/{number * 3 + more}" for more in (1, 2, 3)))

    web = Web({})
    web.pages = Endless()
    found = await web.site(bounds=Bounds(pages=7, pause_s=0))
    assert told(found)[-1].endswith("bounds")
    assert len(found) == 8
    assert "7 pages" in str(found[-1])
    shallow = await web.site(bounds=Bounds(pages=100, depth=1, pause_s=0))
    assert told(shallow) == ["/", "/1", "/2", "/3"]
    assert told(await web.site(bounds=Bounds(bytes=500, pause_s=0)))[-1].endswith("bounds")
    assert told(await web.site(bounds=Bounds(seconds=0, pause_s=0)))[-1].endswith("bounds")


async def test_calendars_have_no_end_but_their_reading_has() -> None:
    days = [f"/calendar?day={n}" for n in range(200)]
    web = Web({"/": page("Home", *days)} | {day: page(f"Day {day}") for day in days})
    assert len(await web.site()) == 21


async def test_the_pause_between_pages_is_as_long_as_the_site_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("orchestrator.knowledge.web.sites.asyncio.sleep", sleep)
    pages = {
        "/": page("Home", "/a"),
        "/a": page("A"),
        "/robots.txt": "User-agent: *\nCrawl-delay: 3",
    }
    await Web(pages).site(bounds=Bounds())
    await Web(pages | {"/robots.txt": ""}).site(bounds=Bounds())
    await Web(pages | {"/robots.txt": "User-agent: *\nCrawl-delay: 9999"}).site(bounds=Bounds())
    assert slept == [3.0, 0.5, 10.0]


async def test_a_site_that_asks_us_to_come_later_is_asked_more_slowly(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            web.pages[f"{SITE}/a"] = page("A")

    monkeypatch.setattr("orchestrator.knowledge.web.sites.asyncio.sleep", sleep)
    web = Web({"/": page("Home", "/a"), "/a": (429, {})})
    assert told(await web.site(bounds=Bounds())) == ["/", "/a"]
    assert slept == [0.5, 2.0]


async def test_a_site_whose_first_page_cannot_be_read_says_why() -> None:
    with pytest.raises(NotRead) as why:
        await Web({"/robots.txt": "User-agent: *\nDisallow: /"}).site()
    assert why.value.code == "robots"
    with pytest.raises(NotRead) as why:
        await Web({"/sitemap.xml": "<urlset></urlset>"}).site(f"{SITE}/sitemap.xml")
    assert why.value.code == "no_pages"


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("Sol.Example", "https://sol.example/"),
        ("  https://sol.example/a b ", "https://sol.example/ab"),
        ("sol.example:8443/a", "https://sol.example:8443/a"),
        ("HTTP://sol.example:80", "http://sol.example/"),
        ("https://sol.example./?utm_source=x&q=1&gclid=2#f", "https://sol.example/?q=1"),
        ("https://[2606:4700::1]/x", "https://[2606:4700::1]/x"),
        ("//sol.example/x", "https://sol.example/x"),
        ("https://sol.example:99999/", None),
        ("data:text/html,x", None),
        ("x" * 2000, None),
    ],
)
def test_addresses_have_one_form(typed: str, address: str | None) -> None:
    assert normal(typed) == address


def test_what_belongs_to_a_site() -> None:
    scope = Scope.of("https://www.sol.example/es/index.html")
    assert scope.within("http://sol.example/es/a?x=1") == "https://sol.example/es/a?x=1"
    for other in (
        "https://sol.example/en/",
        "https://evil-sol.example/es/",
        "https://sol.example/es/a.PDF.zip",
        None,
    ):
        assert scope.within(other) is None
