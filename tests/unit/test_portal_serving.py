"""The portal beside the API: its pages and files, how long they may be kept, and what stays the
API's."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import gateway.portal
import httpx
import pytest
from gateway.main import app
from shared.config import get_settings

NOBODY = UUID(int=0)


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A portal that was built, with a file beside it that is nobody's business."""
    directory = tmp_path / "dist"
    (directory / "assets").mkdir(parents=True)
    (directory / "index.html").write_text("<title>Konstruct</title>")
    (directory / "icon.svg").write_text("<svg/>")
    (directory / "assets" / "main-1a2b.js").write_text("go()")
    (directory / "assets" / "main-1a2b.js.gz").write_bytes(b"\x1f\x8bsmall")
    (tmp_path / "secret.txt").write_text("secret")
    monkeypatch.setenv("KONSTRUCT_PORTAL_DIR", str(directory))
    get_settings.cache_clear()
    yield directory
    get_settings.cache_clear()


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://chat.example", headers={"Accept-Encoding": ""}
    ) as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/employees/8f14e45f", "/index.html", "/anything/at/all"])
async def test_every_address_of_the_portal_is_its_page_and_asked_for_each_time(
    built: Path, browser: httpx.AsyncClient, path: str
) -> None:
    page = await browser.get(path)
    assert page.status_code == 200
    assert page.text == "<title>Konstruct</title>"
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["cache-control"] == "no-cache"


async def test_hashed_assets_may_be_kept_for_ever(built: Path, browser: httpx.AsyncClient) -> None:
    script = await browser.get("/assets/main-1a2b.js")
    assert script.text == "go()"
    assert "javascript" in script.headers["content-type"]
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["vary"] == "Accept-Encoding"
    assert (await browser.get("/icon.svg")).headers["cache-control"] == "no-cache"


async def test_who_takes_gzip_gets_what_the_build_compressed(
    built: Path, browser: httpx.AsyncClient
) -> None:
    async with browser.stream(
        "GET", "/assets/main-1a2b.js", headers={"Accept-Encoding": "gzip, br"}
    ) as script:
        body = b"".join([part async for part in script.aiter_raw()])
    assert body == b"\x1f\x8bsmall"
    assert script.headers["content-encoding"] == "gzip"
    assert "javascript" in script.headers["content-type"]


@pytest.mark.parametrize("path", ["/", "/icon.svg", "/assets/main-1a2b.js"])
async def test_no_script_or_address_but_our_own(
    built: Path, browser: httpx.AsyncClient, path: str
) -> None:
    headers = (await browser.get(path)).headers
    policy = dict(
        directive.split(" ", 1) for directive in headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == "'self'"
    assert policy["connect-src"] == "'self' ws://chat.example wss://chat.example"
    assert policy["img-src"] == "'self' data:"
    assert policy["frame-ancestors"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["[::1]:8000", "[2001:db8::5]"])
async def test_a_policy_cannot_spell_an_ipv6_address_and_does_not_try(
    built: Path, browser: httpx.AsyncClient, host: str
) -> None:
    page = await browser.get("/", headers={"Host": host})
    assert "connect-src 'self';" in page.headers["content-security-policy"]


async def test_a_made_up_host_does_not_get_into_the_policy(
    built: Path, browser: httpx.AsyncClient
) -> None:
    page = await browser.get("/", headers={"Host": "a.example; script-src *"})
    assert "connect-src 'self';" in page.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/assets/main-0000.js", "/robots.txt", "/secret.txt"])
async def test_a_file_that_is_not_there_is_not_the_page(
    built: Path, browser: httpx.AsyncClient, path: str
) -> None:
    assert (await browser.get(path)).status_code == 404


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt"]
)
async def test_nothing_beside_the_build_is_served(
    built: Path, browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(httpx.URL("http://chat.example").copy_with(raw_path=path.encode()))
    assert "secret" not in answer.text


NO_FILES_NAMES = {
    "256 characters": "/" + "a" * 256,
    "a part of 300 characters": "/employees/" + "a" * 300 + "/talk",
    "300 with an ending": "/" + "a" * 300 + ".js",
    "an asset of 300": "/assets/" + "a" * 300,
    "200 characters of three bytes": "/" + "%E4%BD%A0" * 200,
    "a path of 5,000 characters": "/a" * 2500,
    "a NUL": "/employees/%00",
    "a line's end": "/employees/a%0Ab",
    "a backslash": "/..%5C..%5Csecret",
    "a byte that is no UTF-8": "/employees/%FF",
    "above itself": "/employees/%2e%2e/%2e%2e/secret",
    "half a surrogate": "/%ED%A0%BD",
}


@pytest.mark.parametrize("path", NO_FILES_NAMES.values(), ids=NO_FILES_NAMES.keys())
async def test_a_path_no_file_could_have_is_not_there_and_no_outage(
    built: Path, browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(httpx.URL("http://chat.example").copy_with(raw_path=path.encode()))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_file_that_cannot_be_read_is_our_fault_and_no_outage(
    built: Path, browser: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/srv/page/index.html")

    monkeypatch.setattr(gateway.portal, "_file_response", refuse)
    answer = await browser.get("/")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "/srv" not in answer.text


async def test_head_is_answered_as_get_without_the_body(
    built: Path, browser: httpx.AsyncClient
) -> None:
    for path in ("/", "/employees/8f14e45f", "/assets/main-1a2b.js", "/healthz"):
        head, get = await browser.head(path), await browser.get(path)
        assert (head.status_code, head.content) == (get.status_code, b"") == (200, b""), path
        assert head.headers == get.headers


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/portal/nothing", "/chat/ws/x", "/metrics"])
async def test_an_unknown_path_of_the_api_stays_a_404_in_json(
    built: Path, browser: httpx.AsyncClient, path: str
) -> None:
    answer = await browser.get(path)
    assert answer.status_code == 404
    assert answer.json()["detail"]


async def test_a_wrong_method_of_the_api_stays_a_405(
    built: Path, browser: httpx.AsyncClient
) -> None:
    assert (await browser.get("/api/portal/auth/login")).status_code == 405


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/portal/agents", "HEAD, GET, POST"),
        (f"/api/portal/agents/{NOBODY}", "HEAD, GET, PATCH"),
        ("/api/portal/chat/conversations", "HEAD, GET, POST"),
        (f"/api/portal/chat/conversations/{NOBODY}", "DELETE"),
        ("/api/portal/auth/login", "POST"),
        ("/healthz", "HEAD, GET"),
        ("/", "HEAD, GET"),
    ],
)
async def test_a_wrong_method_is_told_all_that_the_path_takes(
    built: Path, browser: httpx.AsyncClient, path: str, allowed: str
) -> None:
    answer = await browser.put(path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert answer.headers["allow"] == allowed
    assert allowed in answer.json()["detail"]


async def test_without_a_build_it_says_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, browser: httpx.AsyncClient
) -> None:
    monkeypatch.delenv("KONSTRUCT_PORTAL_DIR", raising=False)
    monkeypatch.setattr(gateway.portal, "IN_THE_WHEEL", tmp_path)
    monkeypatch.setattr(gateway.portal, "IN_THE_REPOSITORY", tmp_path)
    get_settings.cache_clear()
    answer = await browser.get("/")
    assert answer.status_code == 404
    assert "make portal" in answer.json()["detail"]
