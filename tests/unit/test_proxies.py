"""One rule for proxies: what is asked through one, and by everything of ours in the same way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from konstruct.doctor.asking import get
from konstruct.portal import Portal
from orchestrator.llm import AgentDeps, AnswerLimits, ModelRegistry, Prompt, open_answer
from pydantic_ai.toolsets import FunctionToolset
from shared.errors import ConfigError
from shared.proxies import proxy_for
from shared.telemetry import tracing

from tests.support.otlp import Receiver

DEPS = AgentDeps(tenant_id=uuid4(), agent_id=uuid4(), thread_id="t")
PROXY = "http://proxy.example.com:3128"
NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture
def environment(settings_of_its_own: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        settings_of_its_own.delenv(name, raising=False)
        settings_of_its_own.delenv(name.lower(), raising=False)
    return settings_of_its_own


@pytest.mark.parametrize(
    ("variables", "url", "through"),
    [
        ({}, "https://llm.example.com/v1", None),
        ({"HTTPS_PROXY": PROXY}, "https://llm.example.com/v1", PROXY),
        ({"HTTPS_PROXY": PROXY}, "http://llm.example.com/v1", None),
        ({"HTTP_PROXY": PROXY}, "http://llm.example.com/v1", PROXY),
        ({"HTTP_PROXY": PROXY}, "ws://chat.example.com/ws", PROXY),
        ({"HTTPS_PROXY": PROXY}, "wss://chat.example.com/ws", PROXY),
        ({"https_proxy": PROXY, "HTTPS_PROXY": "http://other"}, "https://a.example", PROXY),
        ({"ALL_PROXY": PROXY}, "https://llm.example.com/v1", PROXY),
        ({"HTTPS_PROXY": "proxy.example.com:3128"}, "https://a.example", PROXY),
        *(
            ({"HTTP_PROXY": PROXY, "HTTPS_PROXY": PROXY, "ALL_PROXY": PROXY}, url, None)
            for url in (
                "http://127.0.0.1:8080/v1",
                "http://127.8.9.10/v1",
                "http://localhost:8080/v1",
                "http://LOCALHOST./v1",
                "http://model.localhost/v1",
                "http://[::1]:8080/v1",
                "http://[::ffff:127.0.0.1]/v1",
                "http://0.0.0.0:8080/v1",
            )
        ),
        *(
            ({"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}, url, None)
            for no_proxy, url in (
                ("*", "https://a.example"),
                ("llm.example.com", "https://llm.example.com/v1"),
                ("example.com", "https://llm.example.com/v1"),
                (".example.com", "https://llm.example.com/v1"),
                ("*.example.com", "https://llm.example.com/v1"),
                ("other.example, LLM.Example.Com", "https://llm.example.com/v1"),
                ("llm.example.com:8443", "https://llm.example.com:8443/v1"),
                ("10.0.0.0/8", "https://10.20.30.40/v1"),
                ("10.20.30.40", "https://10.20.30.40/v1"),
                ("fd00::/8", "https://[fd00::7]/v1"),
            )
        ),
        *(
            ({"HTTPS_PROXY": PROXY, "NO_PROXY": no_proxy}, url, PROXY)
            for no_proxy, url in (
                ("", "https://a.example"),
                (",", "https://a.example"),
                ("ample.com", "https://example.com"),
                ("llm.example.com:8443", "https://llm.example.com/v1"),
                ("10.0.0.0/8", "https://11.0.0.1/v1"),
                ("10.0.0.0/8", "https://ten.example.com/v1"),
            )
        ),
    ],
)
def test_what_is_asked_through_a_proxy(
    variables: dict[str, str],
    url: str,
    through: str | None,
    environment: pytest.MonkeyPatch,
) -> None:
    for name, value in variables.items():
        environment.setenv(name, value)
    assert proxy_for(url) == through


@pytest.mark.parametrize("proxy", ["socks5://u:hidden@h:1080", "http://h:port", "http://[::1"])
def test_a_proxy_that_cannot_be_one_is_named(proxy: str, environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConfigError, match="HTTPS_PROXY is not right") as raised:
        proxy_for("https://llm.example.com/v1")
    assert "hidden" not in raised.value.message


# ── By a proxy that stands there ───────────────────────────────────────────────────────────────

ANSWER = (
    b'data: {"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    b'[{"index":0,"delta":{"role":"assistant","content":"Hi."},"finish_reason":"stop"}]}\n\n'
    b"data: [DONE]\n\n"
)


class Proxy:
    """Answers every request itself, and keeps the lines that asked."""

    def __init__(self, kind: str, body: bytes) -> None:
        self.asked: list[str] = []
        self.address = ""
        self._head = (
            f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\nconnection: close\r\n\r\n".encode()
        )
        self._body = body

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked.append(head.splitlines()[0])
        writer.write(self._head + self._body)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def proxy(kind: str, body: bytes, environment: pytest.MonkeyPatch) -> AsyncIterator[Proxy]:
    standing = Proxy(kind, body)
    server = await asyncio.start_server(standing.serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    environment.setenv("HTTP_PROXY", f"http://{host}:{port}")
    async with server:
        yield standing


@pytest.mark.parametrize("with_tools", [False, True], ids=["direct", "with tools"])
async def test_the_worker_asks_models_through_it(
    with_tools: bool, environment: pytest.MonkeyPatch
) -> None:
    async with proxy("text/event-stream", ANSWER, environment) as standing:
        registry = ModelRegistry(model="m", base_url="http://llm.example.com/v1", api_key="k")
        tools = [FunctionToolset([len])] if with_tools else []
        async with open_answer(
            registry.resolve(), Prompt("", (), "hello"), DEPS, AnswerLimits(), tools
        ) as answer:
            assert "".join([piece async for piece in answer]) == "Hi."
        await registry.aclose()
    assert standing.asked == ["POST http://llm.example.com/v1/chat/completions HTTP/1.1"]


async def test_doctor_and_chat_ask_through_the_same(environment: pytest.MonkeyPatch) -> None:
    async with proxy("application/json", b"[]", environment) as standing:
        await get("http://llm.example.com/v1/models", "Nobody answers.")
        async with Portal("http://chat.example.com") as portal:
            await portal._request("GET", "/api/portal/me")
    assert standing.asked == [
        "GET http://llm.example.com/v1/models HTTP/1.1",
        "GET http://chat.example.com/api/portal/me HTTP/1.1",
    ]


async def test_this_machine_is_asked_without(environment: pytest.MonkeyPatch) -> None:
    async with proxy("application/json", b"[]", environment) as standing:
        with pytest.raises(ConfigError, match="Nobody answers"):
            await get("http://127.0.0.1:1/v1/models", "Nobody answers.")
    assert standing.asked == []


async def test_traces_go_to_this_machine_without(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Receiver() as receiver:
        environment.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
        tracing.start_tracing("test")
        tracing.span("gateway.message", konstruct_message_id="m").end()
        await asyncio.to_thread(tracing.stop_tracing)
        assert receiver.spans()
