"""What a gateway takes from one client, one person, one address; and that nobody else notices."""

import asyncio
import resource
import socket
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import uuid4

import httpx
import orjson
import pytest
from gateway.main import app
from gateway.realtime.admission import admission
from shared.background import end
from shared.events import CloseCode
from shared.redis_keys import webchat_response_key
from shared.valkey.publish import publish
from websockets.exceptions import InvalidStatus

from tests.support.chat_client import ChatClient
from tests.support.gateway_here import GatewayHere, gateway_here
from tests.support.people import World
from tests.support.waiting import eventually

LOGIN = "/api/portal/auth/login"
MIB = 1024 * 1024


@pytest.fixture
def patch(settings_of_its_own: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    return settings_of_its_own


def connections(gateway: GatewayHere) -> int:
    return len(gateway.server.server_state.connections)


def memory_mib() -> float:
    """The most this process has held so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


# ── who does not read ──────────────────────────────────────────────────────────────────────────


async def test_a_client_that_never_reads_is_dropped_and_nobody_else_notices(
    patch: pytest.MonkeyPatch, acme: World, figures: Counter[str]
) -> None:
    theirs, ours = await acme.conversation(acme.anna), await acme.conversation(acme.ben)
    bounds = {"send_timeout_s": 1, "unread_timeout_s": 2, "socket_queue_frames": 64}
    async with gateway_here(patch, **bounds) as gateway:
        deaf = await gateway.raw(theirs, receive_buffer=4096)
        await deaf.authenticate(acme.anna)
        async with await gateway.connect(acme.ben, ours) as client:
            await eventually(lambda: len(app.state.sockets) == 2, "both are in")
            before, began = memory_mib(), time.monotonic()
            big = b'{"type":"error","code":"news","message":"%s"}' % (b"x" * 60_000)
            for number in range(400):
                await publish(webchat_response_key(acme.id, theirs), big)
                if number % 50 == 0:
                    note = b'{"type":"error","code":"note","message":"%d"}' % number
                    await publish(webchat_response_key(acme.id, ours), note)
                    await client.expect("error", message=str(number))
            await eventually(lambda: connections(gateway) == 1, "its connection is gone")
            figures["never reads: seconds until it is dropped"] = round(  # type: ignore[assignment]
                time.monotonic() - began, 1
            )
            figures["never reads: MiB held for 23 MiB unread"] = round(memory_mib() - before)
            assert len(app.state.sockets) == 1
            assert memory_mib() - before < 100
            await client.say("still there?")
            await client.expect("accepted")
        deaf.close()


async def test_pings_of_a_client_that_reads_nothing_end_its_connection(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with gateway_here(patch, unread_timeout_s=60) as gateway:
        raw = await gateway.raw(conversation_id, receive_buffer=4096)
        await raw.authenticate(acme.anna)
        for _ in range(500):
            raw.protocol.send_ping(b"p" * 125)
        many = b"".join(raw.protocol.data_to_send())
        with pytest.raises(ConnectionError):
            await raw.send(many * 400)  # 26 MiB of pongs
        await eventually(lambda: connections(gateway) == 0, "it is gone")
        raw.close()


async def test_a_message_in_pieces_without_end_is_too_big(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    async with gateway_here(patch) as gateway:
        raw = await gateway.raw(await acme.conversation(acme.anna))
        raw.protocol.send_text(b"{", fin=False)
        for _ in range(300):
            raw.protocol.send_continuation(b"", fin=False)
        await raw.flush()
        assert (1009).to_bytes(2, "big") in await raw.read_to_the_end()
        raw.close()


# ── requests ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nA: "])
async def test_a_request_that_never_ends_is_ended(
    patch: pytest.MonkeyPatch, acme: World, sent: bytes
) -> None:
    async with gateway_here(patch, request_head_timeout_s=1) as gateway:
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(sent)
        async with asyncio.timeout(15):
            assert await reader.read() == b""
        writer.close()


async def test_a_head_without_bound_ends_the_connection(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    async with gateway_here(patch, request_head_timeout_s=60) as gateway:
        _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nA: ")
        with pytest.raises(ConnectionError):
            await write(writer, b"x" * 65_536, times=400)
        writer.close()


def body_of(length: int, *more: str) -> bytes:
    lines = (f"POST {LOGIN} HTTP/1.1", "Host: x", "Content-Type: application/json", *more)
    return "\r\n".join((*lines, f"Content-Length: {length}", "", "")).encode()


async def trickle(writer: asyncio.StreamWriter, piece: bytes) -> None:
    """A piece now and then, until the other side has had enough."""
    with suppress(ConnectionError):
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.1)


@asynccontextmanager
async def trickling(
    gateway: GatewayHere, head: bytes, piece: bytes
) -> AsyncIterator[asyncio.StreamReader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(head)
    slowly = asyncio.create_task(trickle(writer, piece))
    try:
        async with asyncio.timeout(15):
            yield reader
    finally:
        await end(slowly)
        writer.close()


TRICKLES = {
    "a byte of a body now and then": (body_of(1000), b" "),
    "a chunk of a body now and then": (
        body_of(0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"),
        b"1\r\n \r\n",
    ),
    "a body nobody asked for": (
        b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n\r\n",
        b" ",
    ),
    "a header now and then": (b"GET / HTTP/1.1\r\nHost: x\r\n", b"a: b\r\n"),
    "blank lines and nothing else": (b"", b"\r\n"),
    "blank lines after a request": (b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n"),
}  # fmt: skip


@pytest.mark.parametrize(("head", "piece"), TRICKLES.values(), ids=TRICKLES.keys())
async def test_who_goes_on_too_slowly_is_ended(
    patch: pytest.MonkeyPatch, acme: World, head: bytes, piece: bytes
) -> None:
    async with (
        gateway_here(patch, request_head_timeout_s=1) as gateway,
        trickling(gateway, head, piece) as reader,
    ):
        said = await said_at_last(reader)
        if head.startswith(b"POST"):
            assert b" 408 " in said.partition(b"\r\n")[0]
            assert b'"code":"too_slow"' in said


async def said_at_last(reader: asyncio.StreamReader) -> bytes:
    said = b""
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            said += data
    return said


async def test_a_request_has_one_deadline_however_fast_it_goes_on(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    bounds = {"request_head_timeout_s": 1, "request_timeout_s": 2}
    async with (
        gateway_here(patch, **bounds) as gateway,
        trickling(gateway, body_of(MIB), b" " * 2_000) as reader,
    ):
        assert b" 408 " in await said_at_last(reader)


async def test_who_takes_an_answer_too_slowly_is_ended(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    """A byte now and then keeps the kernel's own time-out from ending it."""
    bounds = {"response_timeout_s": 1, "api_docs": True, "unread_timeout_s": 60}
    async with gateway_here(patch, **bounds) as gateway:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(sock, ("127.0.0.1", gateway.port))
        await loop.sock_sendall(sock, b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 100)
        await eventually(lambda: connections(gateway) == 1, "it is there")
        async with asyncio.timeout(15):
            while connections(gateway):
                with suppress(BlockingIOError, ConnectionError):
                    sock.recv(64)
                await asyncio.sleep(0.1)
        sock.close()


async def test_an_address_has_so_much_unfinished_and_somebody_quick_still_gets_in(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    bounds = {"unfinished_per_address": 5, "request_head_timeout_s": 60}
    async with (
        gateway_here(patch, **bounds) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        held = [await asyncio.open_connection("127.0.0.1", gateway.port) for _ in range(60)]
        for _, writer in held:
            writer.write(body_of(1000) + b"{")
        await eventually(lambda: connections(gateway) <= 5, "the others had to go", within_s=10)
        assert (await client.get("/healthz")).status_code == 200
        newest = held[-1][0]
        assert not newest.at_eof(), "the oldest give way"
        for _, writer in held:
            writer.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: \r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a; script-src *\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: a/b\r\n", 400),
        (b"NONSENSE\r\n", 400),
        (b"GET /healthz HTTP/1.1\r\nHost: my_host:8000\r\n", 200),
        (b"GET /healthz HTTP/1.1\r\nHost: [::1]:8000\r\n", 200),
        (b"HEAD /readyz HTTP/1.1\r\nHost: x\r\n", 200),
        (b"GET /healthz HTTP/1.0\r\n", 200),
    ],
)
async def test_a_request_says_for_which_host_it_is(
    patch: pytest.MonkeyPatch, acme: World, head: bytes, status: int
) -> None:
    async with gateway_here(patch) as gateway:
        if b"readyz" in head:
            await eventually(lambda: app.state.fanout.hears, "it is ready")
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        writer.write(head + b"Connection: close\r\n\r\n")
        async with asyncio.timeout(15):
            said = await reader.read()
        top, _, body = said.partition(b"\r\n\r\n")
        assert top.startswith(b"HTTP/1.1 %d " % status)
        assert b"content-security-policy: default-src 'none'" in top.lower()
        if status == 400:
            assert orjson.loads(body)["code"] == "bad_request"
        writer.close()


PIECES = {
    "fragments": (b"\x01\x81\x00\x00\x00\x00{", b"\x00\x81\x00\x00\x00\x00 "),
    "one frame": (b"\x81\xfe\x20\x00\x00\x00\x00\x00", b" "),
}


@pytest.mark.parametrize(("begin", "piece"), PIECES.values(), ids=PIECES.keys())
async def test_a_message_in_pieces_comes_to_its_end_in_time(
    patch: pytest.MonkeyPatch, acme: World, begin: bytes, piece: bytes
) -> None:
    async with gateway_here(patch, request_timeout_s=1) as gateway:
        raw = await gateway.raw(await acme.conversation(acme.anna))
        await raw.authenticate(acme.anna)
        await eventually(lambda: len(app.state.sockets) == 1, "it is in")
        await raw.send(begin)
        closing = asyncio.create_task(raw.read_to_the_end())
        with suppress(ConnectionError):
            while not closing.done():
                await raw.send(piece)
                await asyncio.sleep(0.1)
        assert CloseCode.AUTH_TIMEOUT.to_bytes(2, "big") in await closing
        await eventually(lambda: connections(gateway) == 0, "it is gone")
        raw.close()


async def test_a_socket_that_is_refused_on_purpose_is_no_error_in_the_log(
    patch: pytest.MonkeyPatch, acme: World, caplog: pytest.LogCaptureFixture
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    bounds = {"unauthenticated_sockets_per_address": 1}
    async with gateway_here(patch, **bounds) as gateway:
        url = gateway.socket_url(conversation_id)
        with pytest.raises(InvalidStatus) as refused:
            await ChatClient.open(url, origin="https://elsewhere.example")
        assert refused.value.response.status_code == 403
        assert refused.value.response.headers["X-Content-Type-Options"] == "nosniff"
        said = orjson.loads(refused.value.response.body or b"")
        assert said["code"] == "origin_refused"
        assert "https://elsewhere.example" in said["detail"]
        async with await ChatClient.open(url):
            with pytest.raises(InvalidStatus):
                await ChatClient.open(url)
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def write(writer: asyncio.StreamWriter, data: bytes, *, times: int) -> None:
    for _ in range(times):
        writer.write(data)
        await writer.drain()


@pytest.mark.parametrize("told", [True, False])
async def test_a_body_that_is_too_large_is_refused_whether_it_says_so_or_not(
    patch: pytest.MonkeyPatch, acme: World, told: bool
) -> None:
    body = b'{"email": "%s"}' % (b"x" * 2 * MIB)

    async def in_parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    async with (
        gateway_here(patch) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        headers = {"content-type": "application/json"}
        content = body if told else in_parts()
        answer = await client.post(LOGIN, content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_big")


@pytest.mark.parametrize(("proxies", "last"), [("192.0.2.1", 429), ("127.0.0.1", 401)])
async def test_what_a_client_says_of_its_address_is_believed_from_named_proxies_alone(
    patch: pytest.MonkeyPatch, acme: World, proxies: str, last: int
) -> None:
    bounds = {"login_address_limit": "3/5 minutes", "trusted_proxies": proxies}
    async with (
        gateway_here(patch, **bounds) as gateway,
        httpx.AsyncClient(base_url=gateway.url) as client,
    ):
        for number in range(4):
            answer = await client.post(
                LOGIN,
                json={"email": f"{uuid4().hex}@example.com", "password": "a wrong password"},
                headers={"X-Forwarded-For": f"203.0.113.{number}"},
            )
        assert answer.status_code == last


# ── sockets and frames ─────────────────────────────────────────────────────────────────────────


async def test_a_person_has_so_many_sockets_and_another_one_when_one_is_closed(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    bens = await acme.conversation(acme.ben)
    async with gateway_here(patch, sockets_per_user=2) as gateway:
        first = await gateway.connect(acme.anna, conversation_id)
        async with await gateway.connect(acme.anna, conversation_id):
            third = await ChatClient.open(gateway.socket_url(conversation_id))
            await third.send(acme.anna.auth_frame())
            assert (await third.expect("error")).code == "too_many_connections"
            assert await third.closed() == CloseCode.TOO_FAST
            async with await gateway.connect(acme.ben, bens):
                pass
            await first.close()
            await eventually(lambda: admission.of_users[acme.anna.id] == 1, "one has left")
            async with await gateway.connect(acme.anna, conversation_id):
                pass
    assert not admission.of_users
    assert (admission.open, +admission.of_addresses) == (0, Counter())


async def test_an_address_has_so_many_sockets_that_have_not_said_who_they_are(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with gateway_here(patch, unauthenticated_sockets_per_address=2) as gateway:
        url = gateway.socket_url(conversation_id)
        async with await ChatClient.open(url) as silent, await ChatClient.open(url) as anna:
            with pytest.raises(InvalidStatus) as refused:
                await ChatClient.open(url)
            assert refused.value.response.status_code == 429
            assert int(refused.value.response.headers["Retry-After"]) >= 1
            await anna.send(acme.anna.auth_frame())
            await anna.expect("ready")
            async with await gateway.connect(acme.anna, conversation_id):
                pass
            await silent.close()


async def test_frames_that_come_too_fast_are_not_looked_at_and_then_the_socket_is_closed(
    patch: pytest.MonkeyPatch, acme: World
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    pace = {"frames_per_second": 0.01, "frames_at_once": 3}
    async with (
        gateway_here(patch, **pace) as gateway,
        await gateway.connect(acme.anna, conversation_id) as client,
    ):
        for _ in range(3):
            await client.send({"type": "stop"})
            assert (await client.expect("error")).code == "nothing_to_stop"
        await client.say("too fast")
        error = await client.expect("error")
        assert (error.code, error.retryable) == ("too_many_frames", True)
        assert error.retry_after_s == 1
        for _ in range(20):
            await client.send({"type": "stop"})
        assert await client.closed() == CloseCode.TOO_FAST


async def test_all_of_this_can_be_lifted(patch: pytest.MonkeyPatch, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    none = {
        "limits_enabled": "false",
        "sockets_per_user": 1,
        "unauthenticated_sockets_per_address": 1,
        "frames_at_once": 1,
        "frames_per_second": 0.01,
        "tenant_messages_per_minute": 1,
        "tenant_tokens_per_day": 1,
    }
    async with (
        gateway_here(patch, **none) as gateway,
        await ChatClient.open(gateway.socket_url(conversation_id)),
        await ChatClient.open(gateway.socket_url(conversation_id)),
        await gateway.connect(acme.anna, conversation_id),
        await gateway.connect(acme.anna, conversation_id) as client,
    ):
        for number in range(3):
            await client.say(f"message {number}")
            await client.expect("accepted")
