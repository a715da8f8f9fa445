"""The web channel without a server: normalising, the typing indicator, sending an answer back."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import AsyncMock, patch
from uuid import UUID, uuid4

import orjson
import pytest
from fastapi import FastAPI
from gateway.channels import web, web_reader
from gateway.channels.refusals import Refused
from gateway.channels.web import normalize_web_event, web_chat_router
from gateway.realtime import catch_up as catching_up
from gateway.realtime.identified import Identified
from gateway.realtime.sockets import Sockets
from orchestrator import tasks
from orchestrator.pipeline.claim import parse_payload
from shared.config import settings
from shared.conversations import sending
from shared.conversations.catch_up import CatchUp
from shared.events import CloseCode
from shared.identity.tokens import AccessClaims
from shared.models import WebConversationMessage
from shared.models.message import ChannelType, KonstructMessage
from shared.redis_keys import webchat_response_key

from tests.support.asgi_socket import AsgiSocket

TENANT, AGENT, USER, CONVERSATION = uuid4(), uuid4(), uuid4(), uuid4()
EVENT = {
    "text": "Where is my order?",
    "tenant_id": str(TENANT),
    "agent_id": str(AGENT),
    "user_id": str(USER),
    "display_name": "Anna",
    "conversation_id": str(CONVERSATION),
}


class SilentFanout:
    """A fan-out on which nothing is ever published."""

    def __init__(self) -> None:
        self.listening: set[str] = set()

    async def subscribe(self, channel: str, listener: object) -> None:
        self.listening.add(channel)

    def unsubscribe(self, channel: str, listener: object) -> None:
        self.listening.discard(channel)


@pytest.fixture
def fanout() -> SilentFanout:
    return SilentFanout()


@pytest.fixture
async def socket(
    fanout: SilentFanout, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[AsgiSocket]:
    """An authenticated, empty conversation, with no server behind it."""
    identified = Identified(
        claims=AccessClaims(
            USER, "customer_operator", TENANT, uuid4(), datetime.now(UTC) + timedelta(minutes=5)
        ),
        tenant_id=TENANT,
        conversation_id=CONVERSATION,
        agent_id=AGENT,
        display_name="Anna",
        last_seq=None,
    )
    monkeypatch.setattr(web, "identify", AsyncMock(return_value=identified))
    monkeypatch.setattr(catching_up, "catch_up", AsyncMock(return_value=CatchUp([], 0, 0, [])))
    monkeypatch.setattr(web, "publish_frame", AsyncMock())
    monkeypatch.setattr(web.rate_limits, "require", AsyncMock())
    monkeypatch.setattr(web.quotas, "require_room_for_message", AsyncMock())
    app = FastAPI()
    app.include_router(web_chat_router)
    app.state.fanout, app.state.sockets = fanout, Sockets()
    async with AsgiSocket(app, f"/chat/ws/{CONVERSATION}") as socket:
        assert (await socket.frame())["type"] == "ready"
        yield socket


def stored(message: KonstructMessage) -> WebConversationMessage:
    return WebConversationMessage(
        id=UUID(message.id),
        tenant_id=TENANT,
        conversation_id=CONVERSATION,
        role="user",
        content=message.content.text,
        status="complete",
        seq=1,
        created_at=datetime.now(UTC),
    )


class TestNormalize:
    def test_normalize_web_event(self) -> None:
        message = normalize_web_event(EVENT)

        assert message.channel is ChannelType.WEB
        assert message.tenant_id == str(TENANT)
        assert message.thread_id == str(CONVERSATION), "the conversation scopes memory"
        assert message.sender.user_id == str(USER)
        assert message.sender.display_name == "Anna"
        assert message.content.text == "Where is my order?"
        assert message.channel_metadata == {
            "portal_user_id": str(USER),
            "tenant_id": str(TENANT),
            "conversation_id": str(CONVERSATION),
        }

    def test_every_message_gets_an_id_of_its_own(self) -> None:
        assert normalize_web_event(EVENT).id != normalize_web_event(EVENT).id

    def test_it_survives_the_way_through_the_broker(self) -> None:
        message = normalize_web_event(EVENT)
        extras = {
            "conversation_id": str(CONVERSATION),
            "portal_user_id": str(USER),
            "tenant_id": str(TENANT),
        }

        wire = orjson.loads(orjson.dumps(message.model_dump(mode="json") | extras))
        arrived, arrived_extras = parse_payload(wire)

        assert arrived == message
        assert arrived_extras == extras


REFUSED_FRAMES = {
    "half an emoji": (r'"type": "message", "text": "cut \ud83d off"', "bad_frame"),
    "half an emoji, the other half": (r'"type": "message", "text": "\ude00"', "bad_frame"),
    "an empty text": ('"type": "message", "text": " "', "text_empty"),
    "a text that is too long": (f'"type": "message", "text": "{"x" * 8001}"', "text_too_long"),
    "a NUL": (r'"type": "message", "text": "\u0000"', "text_refused"),
    "no text": ('"type": "message"', "bad_frame"),
    "a number for a text": ('"type": "message", "text": 7', "bad_frame"),
    "no type": ('"text": "hi"', "bad_frame"),
    "no such type": ('"type": "shout", "text": "hi"', "bad_frame"),
    "half an emoji in no message": (r'"type": "\ud83d"', "bad_frame"),
}


class TestRefusals:
    """Whoever's frame is refused is told which: a message must not be stuck at being sent."""

    @pytest.mark.parametrize(("fields", "code"), REFUSED_FRAMES.values(), ids=REFUSED_FRAMES.keys())
    async def test_a_refusal_names_what_was_refused(
        self, socket: AsgiSocket, monkeypatch: pytest.MonkeyPatch, fields: str, code: str
    ) -> None:
        monkeypatch.setattr(web.access, "check", AsyncMock())
        socket.send_text(f'{{{fields}, "client_message_id": "m-1"}}')
        while (error := await socket.frame())["type"] == "typing":
            pass
        assert (error["type"], error["code"]) == ("error", code)
        assert (error["client_message_id"], error["retryable"]) == ("m-1", False)

    async def test_an_id_that_is_no_good_is_named_all_the_same(self, socket: AsgiSocket) -> None:
        socket.send({"type": "message", "text": "hi", "client_message_id": "x" * 200})
        assert (await socket.frame())["client_message_id"] == "x" * 200

    async def test_a_retry_that_cannot_be_read_names_its_message(self, socket: AsgiSocket) -> None:
        message_id = str(uuid4())
        socket.send({"type": "again", "reply_to": message_id})
        assert (await socket.frame())["reply_to"] == message_id

    async def test_frames_that_come_too_fast_are_named(
        self, socket: AsgiSocket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web_reader.Pace, "allows", lambda _: False)
        socket.send({"type": "message", "text": "hi", "client_message_id": "m-1"})
        error = await socket.frame()
        assert (error["code"], error["client_message_id"]) == ("too_many_frames", "m-1")

    async def test_what_closes_the_socket_names_it_too_and_says_if_it_may_pass(
        self, socket: AsgiSocket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        out = Refused(CloseCode.NOT_AUTHENTICATED, "logged_out", "You have been logged out.")
        monkeypatch.setattr(web.Talk, "_require_access", AsyncMock(side_effect=out))
        socket.send({"type": "message", "text": "hi", "client_message_id": "m-1"})
        while (error := await socket.frame())["type"] == "typing":
            pass
        assert (error["code"], error["client_message_id"]) == ("logged_out", "m-1")
        assert error["retryable"], "after a fresh log-in it may be sent again"

    async def test_a_frame_that_is_too_big_is_named(self, socket: AsgiSocket) -> None:
        text = "x" * settings.sockets.frame_bytes()
        socket.send({"type": "message", "text": text, "client_message_id": "m-1"})
        error = await socket.frame()
        assert (error["code"], error["client_message_id"]) == ("frame_too_big", "m-1")


class TestTyping:
    async def test_typing_indicator_sent(
        self, socket: AsgiSocket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Typing comes at once: while the rights check, the first I/O, has not even answered."""
        rights_checked = asyncio.Event()
        nudges: list[dict[str, Any]] = []

        async def slow_check(_: object) -> None:
            await rights_checked.wait()

        async def send(
            tenant_id: UUID, message: KonstructMessage, extras: dict[str, str], **_: object
        ) -> sending.Sent:
            return sending.Sent(stored(message), resent=False, nudge={"id": message.id})

        monkeypatch.setattr(web.access, "check", slow_check)
        monkeypatch.setattr(web.sending, "send", send)
        monkeypatch.setattr(web.handle_message, "delay", nudges.append)

        socket.send({"type": "message", "text": "hello"})

        typing = await socket.frame()
        assert typing == {"type": "typing", "conversation_id": str(CONVERSATION)}
        assert not nudges

        rights_checked.set()
        accepted = await socket.frame()
        assert (accepted["type"], accepted["seq"]) == ("accepted", 1)
        (payload,) = nudges
        assert payload["id"] == accepted["message_id"], "the stored message's id finds its run"
        assert payload["content"]["text"] == "hello"
        assert payload["conversation_id"] == str(CONVERSATION)
        assert payload["portal_user_id"] == str(USER)
        assert payload["tenant_id"] == str(TENANT)

    async def test_a_refused_message_is_never_handed_on(
        self, socket: AsgiSocket, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(web.access, "check", AsyncMock())
        delay = monkeypatch.setattr(web.handle_message, "delay", pytest.fail)

        socket.send({"type": "message", "text": " \n ", "client_message_id": "m-1"})

        assert (await socket.frame())["type"] == "typing"
        error = await socket.frame()
        assert (error["type"], error["code"]) == ("error", "text_empty")
        assert error["client_message_id"] == "m-1"
        assert delay is None


class TestRelease:
    async def test_the_subscription_is_gone_when_the_person_leaves(
        self, socket: AsgiSocket, fanout: SilentFanout
    ) -> None:
        assert fanout.listening == {webchat_response_key(TENANT, CONVERSATION)}
        await socket.__aexit__(None, None, None)
        assert fanout.listening == set()
        socket._to_app.put_nowait({"type": "websocket.disconnect", "code": 1000})


class TestSendResponse:
    @pytest.fixture
    def client(self) -> Any:
        client = AsyncMock()
        with patch.object(tasks.aioredis, "from_url", return_value=client) as from_url:
            client.from_url = from_url
            yield client

    async def test_send_response_web_publishes_to_redis(self, client: Any) -> None:
        extras = {"conversation_id": str(CONVERSATION), "tenant_id": str(TENANT)}

        await tasks._send_response("web", "In the post.", extras)

        ((channel, payload), _) = client.publish.await_args
        assert channel == f"{TENANT}:webchat:response:{CONVERSATION}"
        assert orjson.loads(payload) == {
            "type": "response",
            "text": "In the post.",
            "conversation_id": str(CONVERSATION),
        }
        client.aclose.assert_awaited_once()

    async def test_what_the_extras_hold_of_the_stored_answer_comes_along(self, client: Any) -> None:
        told = {
            "message_id": str(uuid4()),
            "seq": 2,
            "reply_to": str(uuid4()),
            "status": "complete",
            "created_at": "2026-01-01T00:00:00+00:00",
        }
        extras = {"conversation_id": str(CONVERSATION), "tenant_id": str(TENANT)} | told

        await tasks._send_response("web", "In the post.", extras)

        frame = orjson.loads(client.publish.await_args.args[1])
        assert {name: frame[name] for name in told} == told

    @pytest.mark.parametrize("missing", ["conversation_id", "tenant_id"])
    async def test_without_an_address_nothing_is_published(self, client: Any, missing: str) -> None:
        extras = {"conversation_id": str(CONVERSATION), "tenant_id": str(TENANT)}
        extras.pop(missing)

        await tasks._send_response("web", "In the post.", extras)

        client.publish.assert_not_called()
        client.from_url.assert_not_called()

    async def test_a_failed_publish_leaks_no_connection(self, client: Any) -> None:
        client.publish.side_effect = ConnectionError
        extras = {"conversation_id": str(CONVERSATION), "tenant_id": str(TENANT)}

        await tasks._send_response("web", "In the post.", extras)

        client.aclose.assert_awaited_once()

    @pytest.mark.parametrize("channel", [c for c in ChannelType if c != "web"])
    async def test_every_channel_has_its_row(self, client: Any, channel: ChannelType) -> None:
        await tasks._send_response(channel, "hi", {})
        client.publish.assert_not_called()

    @pytest.mark.parametrize(
        ("channel", "name"),
        [("slack", "_update_slack_placeholder"), ("whatsapp", "send_whatsapp_message")],
    )
    async def test_slack_and_whatsapp_send_by_the_names_others_know(
        self, monkeypatch: pytest.MonkeyPatch, channel: str, name: str
    ) -> None:
        sender = AsyncMock()
        monkeypatch.setattr(tasks, name, sender)
        await tasks._send_response(channel, "hi", {"tenant_id": "t"})
        sender.assert_awaited_once_with("hi", {"tenant_id": "t"})

    def test_no_channel_is_given_a_token(self) -> None:
        extras = {"tenant_id": "t", "connection_id": "c", "channel_id": "C1", "bot_token": "xoxb"}
        for channel in ChannelType:
            assert "xoxb" not in tasks._build_response_extras(channel, extras).values()
        assert tasks._build_response_extras("slack", extras)["channel_id"] == "C1"

    def test_response_extras_of_the_web_are_its_address(self) -> None:
        extras = {
            "conversation_id": "c",
            "tenant_id": "t",
            "portal_user_id": "u",
            "bot_token": "secret",
        }
        assert tasks._build_response_extras("web", extras) == {
            "conversation_id": "c",
            "tenant_id": "t",
        }


class TestTaskRefuses:
    @pytest.mark.parametrize(
        "payload",
        [
            {},
            {"id": "x"},
            {"channel": "web", "sender": {"user_id": "u"}, "content": {}},
            {"channel": "fax", "sender": {"user_id": "u"}, "content": {}, "tenant_id": str(TENANT)},
            {
                "id": "no uuid",
                "channel": "web",
                "sender": {"user_id": "u"},
                "content": {},
                "tenant_id": str(TENANT),
            },
        ],
    )
    def test_a_payload_that_names_no_run(
        self, payload: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tasks, "runtime", None)  # touching it would fail
        tasks.handle_message(payload)
