"""A chat client keeps a conversation up through broken lines, against a scripted gateway."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import pytest
from konstruct.chat import client, state
from konstruct.chat.client import ChatClient
from konstruct.chat.events import Accepted, Answered, ChatEvent, Connected, Postponed, Said, Waiting
from konstruct.identity import Identity
from konstruct.portal import Portal
from shared.errors import Forbidden, KonstructError, NotAuthenticated, NotFound, Unavailable
from shared.events import CloseCode
from websockets.asyncio.server import Server, ServerConnection, serve

TENANT, CONVERSATION = uuid4(), uuid4()
WITHIN_S = 5.0

Line = Callable[["Talk"], Awaitable[None]]


class Talk:
    """The gateway's end of one line."""

    def __init__(self, socket: ServerConnection) -> None:
        self.socket = socket
        self.auth: dict[str, Any] = {}

    async def hear(self) -> dict[str, Any]:
        frame: dict[str, Any] = json.loads(await self.socket.recv())
        return frame

    async def say(self, type_: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": type_, **fields}))

    async def ready(self, last_seq: int = 0, reset_seq: int = 0) -> None:
        await self.say("ready", last_seq=last_seq, reset_seq=reset_seq)

    async def accept(self, frame: dict[str, Any], seq: int = 1) -> None:
        own = frame["client_message_id"]
        await self.say("accepted", client_message_id=own, message_id="m1", seq=seq)

    async def answer(self, text: str, seq: int = 2, status: str = "complete") -> None:
        await self.say("response", text=text, seq=seq, reply_to="m1", status=status)

    def break_off(self) -> None:
        self.socket.transport.abort()


class Gateway:
    """Plays one script per line; lines beyond the last script are refused."""

    def __init__(self, *lines: Line) -> None:
        self._lines = iter(lines)
        self.auths: list[dict[str, Any]] = []
        self.messages: list[dict[str, Any]] = []
        self.failures: list[BaseException] = []

    async def __call__(self, socket: ServerConnection) -> None:
        script = next(self._lines, None)
        if script is None:
            await socket.close(1013)
            return
        talk = Talk(socket)
        try:
            talk.auth = await talk.hear()
            self.auths.append(talk.auth)
            await script(talk)
        except AssertionError as error:
            self.failures.append(error)

    def url(self, server: Server) -> str:
        return f"http://127.0.0.1:{next(iter(server.sockets)).getsockname()[1]}"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(client, "LONGEST_PAUSE_S", 0.05)
    monkeypatch.setattr(state, "RESEND_AFTER_S", 0.05)
    monkeypatch.setattr(client, "READY_WITHIN_S", 0.5)


class Signer:
    """Hands out tokens, numbered; fails when told to."""

    def __init__(self) -> None:
        self.given = 0
        self.error: KonstructError | None = None

    async def __call__(self) -> Identity:
        if self.error is not None and self.given:
            raise self.error
        self.given += 1
        return Identity(f"token {self.given}", UUID(int=1), "customer_operator", TENANT)


@asynccontextmanager
async def chatting(
    gateway: Gateway, signer: Signer | None = None, **options: Any
) -> AsyncIterator[ChatClient]:
    async with (
        asyncio.timeout(WITHIN_S),
        serve(gateway, "127.0.0.1", 0) as server,
        Portal(gateway.url(server), signer or Signer()) as portal,
        ChatClient(portal, TENANT, CONVERSATION, **options) as chat,
    ):
        yield chat
    assert not gateway.failures, gateway.failures


async def events_until(chat: ChatClient, last: type[ChatEvent]) -> list[ChatEvent]:
    events: list[ChatEvent] = []
    async for event in chat.events():
        events.append(event)
        if isinstance(event, last):
            return events
    raise AssertionError("events end with an error")


async def test_the_first_frame_says_who_we_are_and_what_we_have() -> None:
    async def line(talk: Talk) -> None:
        await talk.ready(9)
        await talk.hear()

    gateway = Gateway(line)
    async with chatting(gateway, last_seq=9) as chat:
        assert await events_until(chat, Connected) == [Connected(again=False)]
    assert gateway.auths == [
        {
            "type": "auth",
            "userId": str(UUID(int=1)),
            "role": "customer_operator",
            "tenantId": str(TENANT),
            "token": "token 1",
            "last_seq": 9,
        }
    ]


async def test_a_question_and_its_answer() -> None:
    async def line(talk: Talk) -> None:
        await talk.ready()
        asked = await talk.hear()
        assert asked["text"] == "Hello"
        await talk.say("typing")
        await talk.accept(asked)
        await talk.say("delta", reply_to="m1", attempt=1, index=0, text="Hi")
        await talk.answer("Hi!")
        await talk.hear()

    async with chatting(Gateway(line)) as chat:
        own = chat.send("Hello")
        events = await events_until(chat, Answered)
    assert Accepted(own, "m1") in events
    assert Said("m1", "Hi", afresh=False) in events
    assert events[-1] == Answered("m1", "Hi!", "complete", rest="!", afresh=False)


async def test_a_line_that_breaks_before_accepting_gets_the_same_message_again() -> None:
    heard: list[dict[str, Any]] = []

    async def first(talk: Talk) -> None:
        await talk.ready()
        heard.append(await talk.hear())
        talk.break_off()

    async def second(talk: Talk) -> None:
        await talk.ready()
        heard.append(await talk.hear())
        await talk.accept(heard[-1])
        await talk.answer("Hi")
        await talk.hear()

    async with chatting(Gateway(first, second)) as chat:
        chat.send("Hello")
        events = await events_until(chat, Answered)
    assert heard[0] == heard[1]
    assert [type(event) for event in events].count(Accepted) == 1
    assert Connected(again=True) in events


async def test_a_message_that_had_arrived_is_not_sent_again() -> None:
    async def first(talk: Talk) -> None:
        await talk.ready()
        self_sent.append(await talk.hear())
        talk.break_off()

    async def second(talk: Talk) -> None:
        own = self_sent[0]["client_message_id"]
        stored = {"role": "user", "content": "Hello", "status": "complete"}
        await talk.say("message", id="m1", seq=1, client_message_id=own, **stored)
        await talk.ready(1)
        await talk.answer("Hi")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(talk.hear(), 0.2)

    self_sent: list[dict[str, Any]] = []
    async with chatting(Gateway(first, second)) as chat:
        chat.send("Hello")
        await events_until(chat, Answered)
        await asyncio.sleep(0.3)


async def test_it_resumes_where_it_was_and_an_answer_goes_on_where_it_broke() -> None:
    async def first(talk: Talk) -> None:
        await talk.ready()
        await talk.accept(await talk.hear())
        await talk.say("delta", reply_to="m1", attempt=1, index=0, text="One, ")
        talk.break_off()

    async def second(talk: Talk) -> None:
        assert talk.auth["last_seq"] == 1
        await talk.say("delta", reply_to="m1", attempt=1, index=0, text="One, two")
        await talk.ready(1)
        await talk.answer("One, two, three")
        await talk.hear()

    async with chatting(Gateway(first, second)) as chat:
        chat.send("Count")
        events = await events_until(chat, Answered)
    said = [event.text for event in events if isinstance(event, Said)]
    assert said == ["One, ", "two"]
    assert events[-1] == Answered("m1", "One, two, three", "complete", ", three", afresh=False)


async def test_a_gateway_going_away_says_when_to_come_back() -> None:
    async def first(talk: Talk) -> None:
        await talk.ready()
        await talk.say("reconnect", after_ms=50)
        await talk.socket.close(1012)

    async def second(talk: Talk) -> None:
        await talk.ready()
        await talk.hear()

    async with chatting(Gateway(first, second)) as chat:
        await events_until(chat, Connected)
        (waiting, connected) = await events_until(chat, Connected)
    assert isinstance(waiting, Waiting)
    assert waiting.seconds >= 0.05
    assert connected == Connected(again=True)


async def test_what_cannot_be_taken_now_is_offered_again() -> None:
    async def line(talk: Talk) -> None:
        await talk.ready()
        asked = await talk.hear()
        own = asked["client_message_id"]
        await talk.say(
            "error", code="unavailable", message="Later.", retryable=True, client_message_id=own
        )
        assert await talk.hear() == asked
        await talk.accept(asked)
        await talk.hear()

    async with chatting(Gateway(line)) as chat:
        chat.send("Hello")
        events = await events_until(chat, Accepted)
    assert Postponed("Later.", 0.05) in events


async def test_a_limit_is_heeded_for_as_long_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else it would be offered again every three seconds, and shown out for that."""
    monkeypatch.setattr(state, "RESEND_AFTER_S", 60)

    async def full(talk: Talk) -> None:
        await talk.ready()
        frame = await talk.hear()
        named = {"client_message_id": frame["client_message_id"], "retryable": True}
        await talk.say("error", code="too_many", message="Wait.", retry_after_s=0.05, **named)
        assert await talk.hear() == frame
        await talk.say("error", code="too_many", message="Wait.", retry_after_s=0.07)
        await talk.socket.close(CloseCode.TOO_FAST)

    async def taken(talk: Talk) -> None:
        await talk.ready()
        await talk.accept(await talk.hear())
        await talk.answer("Here.")

    gateway = Gateway(full, taken)
    async with chatting(gateway) as chat:
        chat.send("hello")
        waits = []
        async for event in chat.events():
            if isinstance(event, Waiting):
                waits.append(event.seconds)
            if isinstance(event, Answered):
                break
    assert not gateway.failures
    (wait_s,) = waits
    assert 0.07 <= wait_s < 0.2


async def test_a_token_that_ended_is_replaced() -> None:
    async def first(talk: Talk) -> None:
        await talk.ready()
        await talk.socket.close(4401)

    async def second(talk: Talk) -> None:
        assert talk.auth["token"] == "token 2"
        await talk.ready()
        await talk.hear()

    async with chatting(Gateway(first, second)) as chat:
        await events_until(chat, Connected)
        await events_until(chat, Connected)


async def test_a_token_nobody_takes_ends_it_with_the_gateways_words() -> None:
    async def refuse(talk: Talk) -> None:
        await talk.say("error", code="not_authenticated", message="Who are you?")
        await talk.socket.close(4401)

    signer = Signer()
    async with chatting(Gateway(refuse, refuse), signer) as chat:
        with pytest.raises(NotAuthenticated, match=r"Who are you\?"):
            await events_until(chat, Connected)
    assert signer.given == 2


async def test_somebody_who_may_not_log_in_again_is_told() -> None:
    async def line(talk: Talk) -> None:
        await talk.ready()
        await talk.socket.close(4401)

    signer = Signer()
    signer.error = Forbidden("You may not log in any more.")
    async with chatting(Gateway(line), signer) as chat:
        await events_until(chat, Connected)
        with pytest.raises(Forbidden, match="any more"):
            await events_until(chat, Connected)


@pytest.mark.parametrize(("code", "error"), [(4403, Forbidden), (4404, NotFound)])
async def test_what_will_not_change_is_not_tried_again(
    code: int, error: type[KonstructError]
) -> None:
    async def line(talk: Talk) -> None:
        await talk.say("error", code="c", message="There is no such conversation.")
        await talk.socket.close(code)

    gateway = Gateway(line)
    async with chatting(gateway) as chat:
        with pytest.raises(error, match="no such conversation"):
            await events_until(chat, Connected)
    assert len(gateway.auths) == 1


async def test_a_line_that_is_never_ready_is_left() -> None:
    async def silent(talk: Talk) -> None:
        await talk.socket.wait_closed()

    async def good(talk: Talk) -> None:
        await talk.ready()
        await talk.hear()

    async with chatting(Gateway(silent, good)) as chat:
        events = await events_until(chat, Connected)
    assert isinstance(events[0], Waiting)


async def test_it_gives_up_in_the_end() -> None:
    async with chatting(Gateway(), give_up_s=0.2) as chat:
        with pytest.raises(Unavailable, match="no connection"):
            await events_until(chat, Connected)


async def test_leaving_leaves_no_task_behind() -> None:
    async def line(talk: Talk) -> None:
        await talk.ready()
        await talk.socket.wait_closed()

    before = asyncio.all_tasks()
    async with chatting(Gateway(line)) as chat:
        await events_until(chat, Connected)
    assert {task for task in asyncio.all_tasks() - before if "chat" in task.get_name()} == set()
