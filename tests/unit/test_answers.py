"""What every answer carries, and that no page runs or loads anything from elsewhere."""

import re
from collections.abc import AsyncIterator

import httpx
import pytest
from gateway.main import app, create_app
from shared.config import get_settings
from starlette.requests import Request
from starlette.responses import HTMLResponse

FOREIGN = re.compile(r"""(?:src|href|action)\s*=\s*["']?\s*(?:https?:)?//|@import|url\(""", re.I)
PATHS = (
    "/",
    "/employees",
    "/docs",
    "/docs/",
    "/docs/oauth2-redirect",
    "/docs/style.css",
    "/redoc",
    "/openapi.json",
    "/healthz",
    "/metrics",
    "/assets/none.js",
    "/api/portal/nothing",
    "/api/portal/agents",
    "/api/portal/auth/login",
    "/chat/ws/x",
    "/" + "a" * 300,
)


@pytest.fixture(params=[False, True], ids=["docs off", "docs on"])
def docs_on(request: pytest.FixtureRequest, settings_of_its_own: pytest.MonkeyPatch) -> bool:
    settings_of_its_own.setenv("KONSTRUCT_API_DOCS", str(request.param))
    get_settings.cache_clear()
    return request.param


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        yield client


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "TRACE"])
async def test_every_answer_has_a_policy_and_no_page_a_foreign_source(
    docs_on: bool, browser: httpx.AsyncClient, method: str
) -> None:
    for path in PATHS:
        answer = await browser.request(method, path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy or "default-src 'self'" in policy, path
        assert "frame-ancestors 'none'" in policy, path
        assert not re.search(r"unsafe|https?:|\*", policy), path
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert answer.headers["referrer-policy"] == "no-referrer", path
        if path.startswith("/api/"):
            assert answer.headers["cache-control"] == "no-store", path
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert not FOREIGN.search(answer.text), path


async def test_the_api_is_described_only_where_that_is_wanted(
    docs_on: bool, browser: httpx.AsyncClient
) -> None:
    for path in ("/docs", "/openapi.json", "/docs/style.css"):
        answer = await browser.get(path)
        assert answer.status_code == (200 if docs_on else 404), path
    assert (await browser.get("/redoc")).status_code == 404
    if docs_on:
        page = (await browser.get("/docs")).text
        assert "POST /api/portal/auth/login" in page
        assert "<script" not in page


async def test_an_answer_that_breaks_has_the_headers_too() -> None:
    broken = create_app()

    async def page(request: Request) -> HTMLResponse:
        if "broken" in request.url.path:
            raise RuntimeError("Password of Eva: secret")
        return HTMLResponse("<p>no headers of its own")

    for path in ("/api/page", "/api/broken"):
        broken.add_route(path, page)
    transport = httpx.ASGITransport(app=broken, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://chat.example") as client:
        for path, status in (("/api/page", 200), ("/api/broken", 500)):
            answer = await client.get(path)
            assert answer.status_code == status
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert "secret" not in answer.text
