"""What people send with a message is fetched once, checked, and kept for the business's people."""

import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import orjson
import psycopg
import pytest
from orchestrator.jobs.runner import JobRunner
from orchestrator.scripted_channel import sign
from shared.config import get_settings
from shared.db import SystemSession
from shared.runs import leases

from tests.support.people import World
from tests.support.scripted import Line, connect, scripted_platform
from tests.support.servers import Database
from tests.support.waiting import eventually

PDF = b"%PDF-1.7 " + b"x" * 2_000


@pytest.fixture
async def line(
    database: Database,
    settings_of_its_own: pytest.MonkeyPatch,
    acme: World,
    superuser: psycopg.Connection,
) -> AsyncIterator[Line]:
    settings_of_its_own.setenv("KONSTRUCT_SWEEP_INTERVAL_S", "0.1")
    get_settings.cache_clear()
    async with scripted_platform(settings_of_its_own) as platform:
        yield await connect(acme, platform.account("acme"), superuser)


@pytest.fixture
async def jobs(line: Line) -> AsyncIterator[None]:
    worker_id = uuid4()
    async with SystemSession("lease") as session, session.transaction():
        await leases.renew_lease(session, worker_id, name="test", ttl_s=600, version="test")
    runner = JobRunner(worker_id)
    await runner.start()
    yield
    await runner.stop()


async def send(api: httpx.AsyncClient, line: Line, text: str, **files: tuple[bytes, str]) -> None:
    """A message with these files: content and the type its sender says; without content it is gone
    by now."""
    line.account.files |= {name: content for name, (content, _) in files.items() if content}
    event = {
        "delivery": f"d-{uuid4()}",
        "type": "message",
        "id": f"m-{uuid4()}",
        "place": "mia",
        "kind": "direct",
        "thread": None,
        "author": {"id": "mia", "name": "Mia", "bot": False},
        "text": text,
        "files": [
            {"id": name, "name": f"{name}.pdf", "mime": mime, "size": len(content)}
            for name, (content, mime) in files.items()
        ],
        "at": datetime.now(UTC).isoformat(),
        "revision": "",
    }
    body = orjson.dumps({"account": "acme", "events": [event]})
    headers = sign(line.account.webhooks.secret, body)
    assert (await api.post(line.path, content=body, headers=headers)).status_code == 200


def parts(line: Line) -> list[dict[str, Any]]:
    """Of all messages of people."""
    rows = line.rows(
        "SELECT parts FROM messages WHERE tenant_id = %s AND author_kind = 'contact' ORDER BY seq"
    )
    return [part for (its,) in rows for part in its or []]


async def settled(line: Line, count: int) -> list[dict[str, Any]]:
    await eventually(
        lambda: sum("file_id" in part or "refused" in part for part in parts(line)) == count,
        "all files are settled",
    )
    return parts(line)


async def test_a_file_without_a_word_is_a_message_and_its_file_is_kept_once(
    api: httpx.AsyncClient, line: Line, jobs: None, acme: World, globex: World
) -> None:
    await send(api, line, "", prices=(PDF, "application/pdf"))
    await send(api, line, "once more", again=(PDF, "application/pdf"))
    first, second = await settled(line, 2)
    assert first["file_id"] == second["file_id"]
    assert (first["name"], first["size"], first["mime"]) == (
        "prices.pdf", len(PDF), "application/pdf",
    )  # fmt: skip
    assert "media_id" not in first
    ((sha256, size),) = line.rows("SELECT sha256, size FROM files WHERE tenant_id = %s")
    assert (bytes(sha256), size) == (hashlib.sha256(PDF).digest(), len(PDF))
    url = f"/api/portal/tenants/{acme.id}/files/{first['file_id']}"
    opened = await api.get(url, headers=acme.anna.headers)
    assert opened.content == PDF
    assert opened.headers["content-disposition"] == "attachment"
    assert opened.headers["x-content-type-options"] == "nosniff"
    assert (await api.get(url, headers=globex.admin.headers)).status_code == 403
    theirs = f"/api/portal/tenants/{globex.id}/files/{first['file_id']}"
    assert (await api.get(theirs, headers=globex.admin.headers)).status_code == 404


async def test_what_is_too_large_or_no_file_of_ours_is_refused_and_the_rest_kept(
    api: httpx.AsyncClient, line: Line, jobs: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.channels.fetching.MOST_BYTES", 10_000)
    await send(
        api,
        line,
        "see here",
        large=(b"%PDF-" + b"x" * 20_000, "application/pdf"),
        program=(b"MZ\x90" + b"\0" * 600, "application/pdf"),
        elsewhere=(b"http://127.0.0.1:1/stolen", "application/pdf"),
        gone=(b"", "application/pdf"),
        good=(PDF, "application/pdf"),
    )
    codes = {part["name"]: part.get("refused") for part in await settled(line, 5)}
    assert codes == {
        "large.pdf": "too_large",
        "program.pdf": "kind_not_kept",
        "elsewhere.pdf": "http_302",
        "gone.pdf": "http_404",
        "good.pdf": None,
    }
    assert line.rows("SELECT count(*) FROM files WHERE tenant_id = %s") == [(1,)]
