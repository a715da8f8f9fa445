"""The guarded client against real servers: what it reaches, and what no name or redirect gets past.

Servers listen on several addresses of this machine; which of them are allowed stands for which are
public.
"""

import asyncio
import gzip
import ipaddress
import socket
import ssl
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from orchestrator.egress import EXCERPT_BYTES, EgressRefused, excerpt, guarded_client
from orchestrator.egress.addresses import Address
from shared.config import get_settings

NAME = "model.example"
ALLOWED, INSIDE = "127.0.0.1", "127.0.0.2"


@dataclass
class Server:
    """Says what it is told, and remembers who asked for what."""

    port: int = 0
    heads: list[str] = field(default_factory=list)
    names: list[str | None] = field(default_factory=list)
    """What TLS asked for."""
    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    pause_s: float = 0.0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head.decode())
                for part in self.answer.split(b"|pause|"):
                    writer.write(part)
                    await writer.drain()
                    await asyncio.sleep(self.pause_s)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening(
    host: str = ALLOWED, tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Server]:
    server = Server()
    if tls is not None:
        tls.sni_callback = lambda _, name, __: server.names.append(name)
    async with await asyncio.start_server(server.serve, host, port, ssl=tls) as listener:
        server.port = listener.sockets[0].getsockname()[1]
        yield server


@dataclass
class Names:
    """A resolver that gives another answer each time, as one who rebinds does."""

    answers: list[list[str]]
    asked: int = 0

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        answer = self.answers[min(self.asked, len(self.answers) - 1)]
        self.asked += 1
        return [ipaddress.ip_address(each) for each in answer]


@pytest.fixture(autouse=True)
def allow(settings_of_its_own: pytest.MonkeyPatch) -> None:
    settings_of_its_own.setenv("KONSTRUCT_EGRESS_ALLOW", ALLOWED)
    get_settings.cache_clear()


async def refused(url: str, **how: object) -> str:
    """The code with which it is."""
    async with guarded_client(**how) as http:  # type: ignore[arg-type]
        with pytest.raises(EgressRefused) as raised:
            await http.get(url)
    assert INSIDE not in raised.value.sentence, "what is inside is not told"
    return raised.value.code


async def test_an_allowed_address_is_asked_and_answers() -> None:
    async with listening() as server, guarded_client() as http:
        answer = await http.get(f"http://{ALLOWED}:{server.port}/v1?a=b")
    assert (answer.status_code, answer.text) == (200, "ok")
    assert server.heads[0].startswith("GET /v1?a=b HTTP/1.1\r\n")


@pytest.mark.parametrize(
    "host",
    [
        INSIDE,
        "2130706434",  # 127.0.0.2 in other words
        "0x7f000002",
        "0x7f.2",
        "0177.0.0.2",
        "127.2",
        "[::1]",
        "[::ffff:127.0.0.2]",
        "[::ffff:7f00:2]",
        "[64:ff9b::7f00:2]",
        "0",
        "0.0.0.0",
        "169.254.169.254",
        "[fe80::1]",
        "127.0.0.2.",
        "①②⑦.⓪.⓪.②",
    ],
)
@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_what_is_inside_is_reached_by_no_spelling(scheme: str, host: str) -> None:
    async with listening("0.0.0.0") as server, guarded_client() as http:
        with pytest.raises((EgressRefused, httpx2.ConnectError, httpx2.InvalidURL)):
            await http.get(f"{scheme}://{host}:{server.port}/")
    assert server.heads == []


async def test_a_name_is_looked_up_once_and_what_was_checked_is_what_is_reached() -> None:
    names = Names([[ALLOWED], [INSIDE]])
    async with (
        listening() as outside,
        listening(INSIDE, port=outside.port) as inside,
        guarded_client(resolver=names) as http,
    ):
        answer = await http.get(f"http://{NAME}:{outside.port}/")
        assert (answer.status_code, names.asked) == (200, 1)
    assert await refused(f"http://{NAME}:{outside.port}/", resolver=names) == "blocked_address"
    assert names.asked == 2, "looked at anew at each connection, not when it was saved"
    assert inside.heads == []


async def test_the_systems_resolver_is_asked_once_and_by_nobody_else(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    asked = 0

    def rebinding(host: str, port: int, *_: object, **__: object) -> list[tuple[object, ...]]:
        nonlocal asked
        assert host == NAME, "an address that was checked is connected to as it is"
        asked += 1
        address = ALLOWED if asked == 1 else INSIDE
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    async with (
        listening() as outside,
        listening(INSIDE, port=outside.port) as inside,
        guarded_client() as http,
    ):
        settings_of_its_own.setattr(socket, "getaddrinfo", rebinding)
        assert (await http.get(f"http://{NAME}:{outside.port}/")).status_code == 200
        assert asked == 1
    assert inside.heads == []


async def test_one_address_inside_and_none_is_asked() -> None:
    async with listening() as server:
        for answer in ([ALLOWED, INSIDE], [INSIDE, ALLOWED], ["93.184.215.14", INSIDE]):
            url = f"http://{NAME}:{server.port}/"
            assert await refused(url, resolver=Names([answer])) == "blocked_address"
    assert server.heads == []


async def test_public_addresses_are_asked_by_https_alone() -> None:
    assert await refused("http://93.184.215.14/") == "blocked_address"


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    async with listening() as server, listening(INSIDE) as inside, guarded_client() as http:
        to = f"http://{INSIDE}:{inside.port}/"
        server.answer = (
            f"HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()
        )
        answer = await http.get(f"http://{ALLOWED}:{server.port}/")
    assert answer.status_code == 302
    assert inside.heads == []


async def test_no_proxy_of_the_environments_is_used(
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    async with listening() as server, listening() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            settings_of_its_own.setenv(name, f"http://{ALLOWED}:{proxy.port}")
        async with guarded_client() as http:
            await http.get(f"http://{ALLOWED}:{server.port}/")
    assert (len(server.heads), proxy.heads) == (1, [])


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "unix:///run/postgresql",
        "https://user:password@model.example/",
        "https://model.example:22/",
        "https://model.example:25/",
    ],
)
async def test_what_no_address_of_a_service_looks_like_is_refused(url: str) -> None:
    names = Names([["93.184.215.14"]])
    assert await refused(url, resolver=names) == "blocked_address"
    assert names.asked == 0


async def test_an_answer_has_a_bound_in_bytes() -> None:
    async with listening() as server:
        server.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000
        url = f"http://{ALLOWED}:{server.port}/"
        assert await refused(url, max_bytes=100_000) == "too_big"


async def test_an_answer_has_a_bound_in_time_though_it_drips() -> None:
    async with listening() as server, guarded_client(total_s=0.5) as http:
        server.pause_s = 0.1
        server.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x|pause|" * 100
        began = time.monotonic()
        with pytest.raises(httpx2.ReadTimeout):
            await http.get(f"http://{ALLOWED}:{server.port}/")
        assert time.monotonic() - began < 5


async def test_a_compressed_answer_is_not_unpacked() -> None:
    async with listening() as server:
        body = gzip.compress(b"0" * 1_000_000)
        server.answer = (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: "
            + str(len(body)).encode()
            + b"\r\n\r\n"
            + body
        )
        assert await refused(f"http://{ALLOWED}:{server.port}/") == "encoded"
        assert "accept-encoding: identity" in server.heads[0].lower()


async def test_of_a_foreign_answer_the_beginning_is_shown_and_no_more() -> None:
    async with listening() as server, guarded_client() as http:
        server.answer = b"HTTP/1.1 500 Oops\r\nContent-Length: 50000\r\n\r\n" + b"y" * 50_000
        async with http.stream("GET", f"http://{ALLOWED}:{server.port}/") as answer:
            assert await excerpt(answer) == "y" * EXCERPT_BYTES


# ── TLS ────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of `NAME`, signed by itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "certificate.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


async def test_the_name_stays_for_tls_though_an_address_is_connected_to(certificate: Path) -> None:
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(certificate)
    ours = ssl.create_default_context(cafile=certificate)
    names = Names([[ALLOWED]])
    async with (
        listening(tls=theirs) as server,
        guarded_client(tls=ours, resolver=names) as http,
    ):
        assert (await http.get(f"https://{NAME}:{server.port}/")).text == "ok"
        assert server.names == [NAME]
        assert f"host: {NAME}:{server.port}" in server.heads[0].lower()
        with pytest.raises(httpx2.ConnectError):
            await http.get(f"https://other.example:{server.port}/")
    assert len(server.heads) == 1
