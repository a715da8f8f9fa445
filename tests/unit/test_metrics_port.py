"""The port of the figures: no page, nothing foreign, and nobody holds it."""

import asyncio
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from shared.config import get_settings
from shared.telemetry import exposition
from shared.telemetry.exposition import expose


@pytest.fixture
async def port(
    settings_of_its_own: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[int]:
    settings_of_its_own.setenv("KONSTRUCT_METRICS_PORT", "0")
    get_settings.cache_clear()
    monkeypatch.setattr(exposition, "CLIENT_WITHIN_S", 1.0)
    monkeypatch.setattr(exposition, "CLIENTS_AT_MOST", 8)
    shown = expose(lambda: {"part": True})
    assert shown is not None
    yield shown.port
    await asyncio.to_thread(shown.stop)


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "NONSENSE"])
async def test_every_answer_has_the_policy_and_none_is_a_page(port: int, method: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for path in ("/metrics", "/healthz", "/readyz", "/", "/<script>", "/" + "a" * 300):
            answer = await client.request(method, path)
            assert "html" not in answer.headers["content-type"]
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert answer.headers["cache-control"] == "no-store"
            if method in ("GET", "HEAD") and path in ("/metrics", "/healthz", "/readyz"):
                assert answer.status_code == 200
            else:
                assert answer.status_code >= 400


async def test_what_is_no_request_is_answered_without_a_page(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"<script> / HTTP/9.9\r\n\r\n")
    async with asyncio.timeout(5):
        said = await reader.read()
    assert said.startswith(b"{")
    writer.close()


async def test_nobody_holds_it_by_going_on_slowly(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
    async with asyncio.timeout(10):
        while slow:
            for sock in tuple(slow):
                try:
                    sock.settimeout(0.001)
                    sock.send(b"G")
                    if sock.recv(1) == b"":
                        raise ConnectionError
                except TimeoutError:
                    continue
                except OSError:
                    slow.remove(sock)
                    sock.close()
            await asyncio.sleep(0.2)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        assert (await client.get("/healthz")).status_code == 200
