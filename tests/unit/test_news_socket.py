"""Changes that come together are told once, and nobody is told of what is not theirs."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import orjson
import pytest
from gateway.realtime import news_socket
from gateway.realtime.news_socket import NewsSocket
from gateway.realtime.published import Published
from shared.events import ChangedFrame
from shared.identity.tokens import AccessClaims


class Sent:
    """A WebSocket that keeps what is sent."""

    def __init__(self) -> None:
        self.scope: dict[str, Any] = {}
        self.frames: list[dict[str, Any]] = []

    async def send_text(self, text: str) -> None:
        self.frames.append(orjson.loads(text))


def a_socket(role: str) -> tuple[NewsSocket, Sent]:
    claims = AccessClaims(
        user_id=uuid4(),
        role=role,
        tenant_id=uuid4(),
        session_id=uuid4(),
        expires_at=datetime.now(UTC) + timedelta(minutes=5),
    )
    sent = Sent()
    return NewsSocket(sent, claims), sent  # type: ignore[arg-type]


def changed(what: Any) -> Published:
    return Published.of(ChangedFrame(what=what))


@pytest.mark.parametrize(
    ("role", "told"),
    [("customer_admin", ["agents", "people"]), ("customer_operator", ["agents"])],
)
async def test_many_changes_of_a_list_are_told_once(
    monkeypatch: pytest.MonkeyPatch, role: str, told: list[str]
) -> None:
    monkeypatch.setattr(news_socket, "TOGETHER_S", 0.01)
    socket, sent = a_socket(role)
    socket.begin()
    for _ in range(50):
        socket.deliver(changed("agents"))
        socket.deliver(changed("people"))
    async with asyncio.timeout(5):
        while len(sent.frames) < 1 + len(told):  # noqa: ASYNC110 - the double tells nobody
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    assert [frame["type"] for frame in sent.frames] == ["listening", *["changed"] * len(told)]
    assert [frame["what"] for frame in sent.frames[1:]] == told
    socket.release()


async def test_after_a_gap_all_is_to_be_looked_up_again() -> None:
    socket, sent = a_socket("customer_operator")
    socket.begin()
    socket.resync()
    async with asyncio.timeout(5):
        while len(sent.frames) < 2:  # noqa: ASYNC110 - the double tells nobody
            await asyncio.sleep(0.01)
    assert {frame["type"] for frame in sent.frames} == {"listening"}
    socket.release()
