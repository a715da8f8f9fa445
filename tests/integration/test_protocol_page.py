"""The protocol's page is true: its frames are ours, and its client works, also when cut off."""

import asyncio
import json
import random
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from orchestrator.llm.failures import ModelFailure
from shared import errors
from shared.background import end
from shared.errors import KonstructError
from shared.events import SERVER_FRAMES, CloseCode, client_frame_adapter
from websockets.asyncio.server import ServerConnection, serve

from tests.support.people import World
from tests.support.stack import Stack

PAGE = (Path(__file__).parents[2] / "docs" / "web-chat-protocol.md").read_text()
CLIENT_FRAMES, SERVER_FRAME_LINES = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
(CLIENT,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def lines(block: str) -> Iterator[dict[str, Any]]:
    return (json.loads(line) for line in block.strip().splitlines())


def test_every_frame_a_client_sends_is_shown_and_valid() -> None:
    shown = [client_frame_adapter.validate_python(frame) for frame in lines(CLIENT_FRAMES)]
    assert {frame.type for frame in shown} == {"auth", "message", "stop", "retry"}


def test_every_frame_a_client_gets_is_shown_and_valid() -> None:
    shown = list(lines(SERVER_FRAME_LINES))
    assert {frame["type"] for frame in shown} == set(SERVER_FRAMES)
    for frame in shown:
        model = SERVER_FRAMES[frame["type"]]
        assert set(frame) <= set(model.model_fields)
        model.model_validate(frame)


CLOSES = {
    int(code): "final" if "*final*" in do else "passes"
    for code, do in re.findall(r"^\| (\d{4}) \| .* \| (.*) \|$", PAGE, re.MULTILINE)
}


def test_every_close_code_is_told_and_whether_it_is_final() -> None:
    assert {code: "passes" if code.may_pass else "final" for code in CloseCode} == CLOSES


ERRORS_TABLE = PAGE.partition("### Errors")[2].partition("### Close codes")[0]
MODEL_FAILURES = [kind.code for kind in ModelFailure.__subclasses__()]


def told_errors() -> Iterator[tuple[str, str]]:
    """Each code of the page's table, and what it says of the message that is named."""
    for codes, then in re.findall(r"^\| (`.*?) \|.*\| (.*?) ?\|$", ERRORS_TABLE, re.MULTILINE):
        for code in re.findall(r"`([a-z_…]+)`", codes):
            for each in MODEL_FAILURES if code == "model_…" else [code]:
                yield each, then


ERRORS = dict(told_errors())
SAID_IN = (
    "shared/shared/conversations",
    "shared/shared/identity/access.py",
    "shared/shared/tenants/rate_limits.py",
    "shared/shared/tenants/quotas.py",
    "shared/shared/identity/tokens.py",
    "gateway/gateway/channels",
    "gateway/gateway/realtime/admission.py",
    "orchestrator/orchestrator/pipeline",
)
SAID = re.compile(
    r"""code="([a-z_]+)"|failed\("([a-z_]+)"|Refused\(\s*CloseCode\.\w+,\s*"([a-z_]+)\""""
)


def test_every_code_a_socket_may_be_told_is_in_the_table() -> None:
    """As far as they are written down where sockets are served; and those of the typed errors."""
    kinds = KonstructError.__subclasses__()
    said = {kind.code for kind in kinds if kind.__module__ == errors.__name__}
    for place in SAID_IN:
        path = Path(__file__).parents[2] / "packages" / place
        for file in path.rglob("*.py") if path.is_dir() else [path]:
            said |= {code for found in SAID.findall(file.read_text()) for code in found if code}
    over_http_alone = {"config_error", "bad_request", "too_big"}
    over_http_alone |= {"taken", "not_held", "changed_meanwhile", "private", "upgrading"}
    over_http_alone |= {"idempotency_key_reused", "opted_out", "reason_required"}
    assert said - over_http_alone - {"model_not_set_up"} <= set(ERRORS)


@pytest.fixture
def client_class() -> Any:
    namespace: dict[str, Any] = {}
    exec(compile(CLIENT, "web-chat-protocol.md", "exec"), namespace)
    return namespace["Chat"]


async def test_the_page_s_client_asks_is_cut_off_and_loses_nothing(
    stack: Stack, acme: World, client_class: Any
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    chat = client_class(
        stack.gateways[0].socket_url(conversation_id), acme.anna.auth_frame() | {"type": "auth"}
    )
    running = asyncio.create_task(chat.run())
    try:
        async with asyncio.timeout(30):
            status, text = await chat.ask('[[model: text="In the post."]] Where is my order?')
            assert (status, text) == ("complete", "In the post.")

            asking = asyncio.create_task(chat.ask("[[model: tokens=60 rate=60]] Tell me more."))
            while not chat.writing:  # noqa: ASYNC110 - the page's client has no event for this
                await asyncio.sleep(0.01)
            chat.socket.transport.abort()
            status, text = await asking
            assert status == "complete"
        assert [role for _, (role, _) in sorted(chat.messages.items())] == [
            "user",
            "assistant",
            "user",
            "assistant",
        ]
        assert chat.messages[4] == ("assistant", text)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


# ── the page's client, against a gateway that says whatever it is told to ──────────────────────

Answer = Callable[[ServerConnection, dict[str, Any]], Awaitable[None]]
ID = "c9f0f895-fb98-4b91-9a5f-0d1b2c3d4e5f"


class ScriptedGateway:
    """`answers` are called one after the other for what comes; then everything is answered."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.auths: list[dict[str, Any]] = []
        self.got: list[dict[str, Any]] = []
        self.closes: list[int] = []
        """With what the next sockets are closed, instead of `ready`."""
        self.line: ServerConnection | None = None

    async def serve(self, line: ServerConnection) -> None:
        self.line = line
        with suppress(Exception):
            self.auths.append(json.loads(await line.recv()))
            if self.closes:
                code = self.closes.pop(0)
                await tell(line, "error", code="too_many", message="Wait.", retry_after_s=0)
                await line.close(code)
                return
            await tell(line, "ready", conversation_id=ID, last_seq=0, reset_seq=0)
            async for raw in line:
                frame = json.loads(raw)
                self.got.append(frame)
                await (self.answers.pop(0) if self.answers else in_full)(line, frame)

    @property
    def texts(self) -> list[str]:
        return [frame["text"] for frame in self.got if frame["type"] == "message"]


async def tell(line: ServerConnection, kind: str, **fields: object) -> None:
    await line.send(json.dumps({"type": kind, **fields}))


async def accept(line: ServerConnection, frame: dict[str, Any]) -> str:
    """`accepted`; its message_id. Of the first, or of what is retried, or of another."""
    message_id = frame.get("reply_to") or str(uuid4())
    named = {"client_message_id": frame["client_message_id"]} if "text" in frame else {}
    await tell(line, "accepted", message_id=message_id, seq=1, **named)
    return message_id


async def outcome(line: ServerConnection, reply_to: str, status: str, seq: int = 2) -> None:
    await tell(line, "response", text="Fine.", reply_to=reply_to, status=status, seq=seq)


async def in_full(line: ServerConnection, frame: dict[str, Any]) -> None:
    await outcome(line, await accept(line, frame), "complete", seq=4)


def refusal(code: str, *, retryable: bool = False) -> Answer:
    async def refuse(line: ServerConnection, frame: dict[str, Any]) -> None:
        named = {key: frame[key] for key in ("client_message_id", "reply_to") if key in frame}
        after = {"retry_after_s": 0} if retryable else {}
        await tell(line, "error", code=code, message="No.", retryable=retryable, **after, **named)

    return refuse


def then(code: str, status: str) -> Answer:
    async def error_and_outcome(line: ServerConnection, frame: dict[str, Any]) -> None:
        message_id = await accept(line, frame)
        await tell(line, "error", code=code, message="Oh.", retryable=True, reply_to=message_id)
        await outcome(line, message_id, status)

    return error_and_outcome


@pytest.fixture
def chatting(client_class: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The page's client with this gateway, and the task it runs in; it never pauses for long."""
    monkeypatch.setattr(random, "uniform", lambda *_: 0.02)

    @asynccontextmanager
    async def chat_with(gateway: ScriptedGateway, **options: Any) -> AsyncIterator[Any]:
        async with asyncio.timeout(10), serve(gateway.serve, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            chat = client_class(f"ws://127.0.0.1:{port}", {"token": "first"}, **options)
            running = asyncio.create_task(chat.run())
            try:
                yield chat, running
            finally:
                await end(running)

    return chat_with


@pytest.mark.parametrize("code", [code for code, does in ERRORS.items() if does == "refused"])
async def test_the_client_tells_a_refusal_and_never_sends_it_again_by_itself(
    chatting: Any, client_class: Any, code: str
) -> None:
    gateway = ScriptedGateway(refusal(code))
    async with chatting(gateway) as (chat, _):
        with pytest.raises(Exception, match="No") as refused:
            await chat.ask("one")
        assert refused.value.code == code
        assert gateway.line is not None
        gateway.line.transport.abort()
        assert await chat.ask("two") == ("complete", "Fine.")
    assert gateway.texts == ["one", "two"]
    assert len(gateway.auths) == 2


@pytest.mark.parametrize(
    "code", [code for code, does in ERRORS.items() if does.startswith("may pass")]
)
async def test_the_client_sends_again_what_may_pass_as_it_was(chatting: Any, code: str) -> None:
    gateway = ScriptedGateway(refusal(code, retryable=True))
    async with chatting(gateway) as (chat, _):
        assert await chat.ask("one") == ("complete", "Fine.")
    first, second = gateway.got
    assert first == second


@pytest.mark.parametrize("code", [code for code, does in ERRORS.items() if "`failed`" in does])
async def test_the_client_tells_a_failed_answer_and_can_have_another(
    chatting: Any, code: str
) -> None:
    gateway = ScriptedGateway(then(code, "failed"))
    async with chatting(gateway) as (chat, _):
        assert await chat.ask("one") == ("failed", "Fine.")
        (message_id,) = chat.asked
        assert await chat.retry(message_id) == ("complete", "Fine.")
        assert chat.messages[1] == ("user", "one"), "the `accepted` of a retry has no text"
    assert [frame["type"] for frame in gateway.got] == ["message", "retry"]


@pytest.mark.parametrize("code", ["silence", "nothing_to_stop"])
async def test_the_client_goes_on_waiting_where_an_answer_still_comes(
    chatting: Any, code: str
) -> None:
    gateway = ScriptedGateway(then(code, "complete"))
    async with chatting(gateway) as (chat, _):
        assert await chat.ask("one") == ("complete", "Fine.")
    assert gateway.texts == ["one"]
    assert ERRORS[code] in ("", "still worked on, and comes as `response`")


@pytest.mark.parametrize("code", ["not_found", "not_failed", "conflict", "agent_paused"])
async def test_the_client_tells_that_a_retry_was_refused(chatting: Any, code: str) -> None:
    gateway = ScriptedGateway(then("model_cut", "failed"), refusal(code))
    async with chatting(gateway) as (chat, _):
        await chat.ask("one")
        with pytest.raises(Exception, match="No") as refused:
            await chat.retry(next(iter(chat.asked)))
        assert refused.value.code == code


def test_every_code_has_a_test_of_what_the_client_does() -> None:
    assert set(ERRORS.values()) == {
        "refused",
        "may pass",
        "may pass, with a fresh token",
        "still worked on, and comes as `response`",
        "a `response` with status `failed` follows. With `retryable`, a `retry` may help",
        "",
    }


@pytest.mark.parametrize("code", CLOSES)
async def test_the_client_comes_back_or_ends_as_the_table_says(chatting: Any, code: int) -> None:
    gateway = ScriptedGateway()
    gateway.closes = [code]

    async def fresh_auth() -> dict[str, str]:
        return {"token": "second"}

    async with chatting(gateway, fresh_auth=fresh_auth) as (chat, running):
        if CLOSES[code] == "final":
            with pytest.raises(ConnectionError):
                await chat.ask("one")
            with pytest.raises(ConnectionError, match=str(code)):
                await running
            assert len(gateway.auths) == 1
        else:
            assert await chat.ask("one") == ("complete", "Fine.")
            tokens = [auth["token"] for auth in gateway.auths]
            assert tokens == ["first", "second" if code == 4401 else "first"]


async def test_a_token_that_is_refused_twice_ends_the_client(chatting: Any) -> None:
    gateway = ScriptedGateway()
    gateway.closes = [4401, 4401, 4401]

    async def fresh_auth() -> dict[str, str]:
        return {"token": "second"}

    async with chatting(gateway, fresh_auth=fresh_auth) as (_, running):
        with pytest.raises(ConnectionError, match="4401"):
            await running
    assert len(gateway.auths) == 2


async def test_a_reset_ends_the_waiting_for_what_it_took_away(chatting: Any) -> None:
    async def emptied(line: ServerConnection, frame: dict[str, Any]) -> None:
        await accept(line, frame)
        await tell(line, "reset", seq=1)

    async with chatting(ScriptedGateway(emptied)) as (chat, _):
        assert await chat.ask("one") == ("reset", "")
        assert chat.messages == {}


REFUSED_IN_EARNEST = {
    "text_empty": " ",
    "text_too_long": "x" * 8001,
    "text_refused": "a\x00b",
    "bad_frame": "cut \ud83d off",
}


async def test_the_page_s_client_is_told_what_a_real_gateway_refuses(
    stack: Stack, acme: World, client_class: Any
) -> None:
    auth, url = acme.anna.auth_frame(), stack.gateways[0].socket_url
    chat = client_class(url(await acme.conversation(acme.anna)), auth)
    paused = client_class(url(await acme.conversation(acme.anna, acme.paused_agent_id)), auth)
    running = [asyncio.create_task(each.run()) for each in (chat, paused)]
    try:
        async with asyncio.timeout(30):
            for code, text in REFUSED_IN_EARNEST.items():
                with pytest.raises(Exception, match=r"\.$") as refused:
                    await chat.ask(text)
                assert refused.value.code == code
            with pytest.raises(Exception, match="paused") as refused:
                await paused.ask("Are you there?")
            assert refused.value.code == "agent_paused"

            status, _ = await chat.ask("[[model: fail=400]] Where is my order?")
            assert status == "failed"
            (message_id,) = chat.asked
            status, _ = await chat.retry(message_id)
            assert status == "failed"
            assert await chat.ask('[[model: text="Here."]] And now?') == ("complete", "Here.")
            with pytest.raises(Exception, match="answered already") as refused:
                await chat.retry(max(chat.asked, key=chat.asked.get))
            assert refused.value.code == "not_failed"
            assert chat.messages[1] == ("user", "[[model: fail=400]] Where is my order?")
    finally:
        await end(*running)
