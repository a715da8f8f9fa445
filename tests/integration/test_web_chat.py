"""The web chat through real processes: what a person, and somebody who means no good, can do."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
import orjson
import psycopg
import pytest
import redis
from shared.events import CloseCode
from shared.identity.tokens import ALGORITHM, AUDIENCE, ISSUER, issue_access_token
from websockets.exceptions import InvalidStatus

from tests.support import people
from tests.support.chat_client import ChatClient
from tests.support.people import Person, World
from tests.support.servers import SIGNING_KEY
from tests.support.stack import Stack

BAD_FRAMES = {
    "no JSON": "hello",
    "cut JSON": '{"type":',
    "a list": "[]",
    "a number": "42",
    "nothing": "",
    "null": "null",
    "no type": '{"text":"hi"}',
    "unknown type": '{"type":"shout","text":"hi"}',
    "text missing": '{"type":"message"}',
    "text a number": '{"type":"message","text":7}',
    "lone surrogate": '{"type":"message","text":"\\ud800"}',
    "reply_to no id": '{"type":"retry","reply_to":"yes"}',
    "client id too long": orjson.dumps(
        {"type": "message", "text": "hi", "client_message_id": "x" * 129}
    ).decode(),
    "deeply nested": '{"type":' + "[" * 2000 + "]" * 2000 + "}",
}


class TestConversation:
    async def test_an_answer_streams_in_and_is_found_again(
        self, stack: Stack, acme: World, api: httpx.AsyncClient
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.say("[[model: tokens=40 rate=80]] tell me", "m-1")
            assert (await client.next()).type == "typing"
            accepted = await client.next()
            assert (accepted.type, accepted.client_message_id) == ("accepted", "m-1")
            response = await client.expect("response")
            deltas = client.of_type("delta")
            assert len(deltas) > 2, "the answer streamed in pieces"
            assert deltas[0].index == 0
            assert response.text.startswith(client.streamed(accepted.message_id))
            assert (response.seq, response.reply_to) == (2, accepted.message_id)

        listed = await api.get(
            f"/api/portal/chat/conversations/{conversation_id}/messages",
            headers=acme.anna.headers,
        )
        assert [(m["role"], m["seq"], m["status"]) for m in listed.json()] == [
            ("user", 1, "complete"),
            ("assistant", 2, "complete"),
        ]
        assert listed.json()[1]["content"] == response.text

    async def test_what_is_told_again_is_told_in_the_same_words(
        self, stack: Stack, acme: World, api: httpx.AsyncClient
    ) -> None:
        """As it happened, resent, after a reconnect, and from the history: field by field. Only
        `attempt`, which is about text on its way, goes with what is told live or caught up on."""
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            for text in ("[[model: text=Fine.]] hi", "[[model: fail=400]] hi"):
                for _ in range(2):
                    await client.say(text, text[-30:].replace(" ", "-"))
                    await client.expect("response")
            accepted = [frame for frame in client.told if frame["type"] == "accepted"]
            live, resent, failed, failed_resent = (
                _without_attempt(frame) for frame in client.told if frame["type"] == "response"
            )
        assert (live, failed) == (resent, failed_resent)
        assert (live["status"], failed["status"]) == ("complete", "failed")
        assert accepted[0] == accepted[1]

        async with await ChatClient.open(stack.gateways[0].socket_url(conversation_id)) as again:
            await again.send(acme.anna.auth_frame(last_seq=0))
            await again.expect("ready")
            caught_up = [_without_attempt(f) for f in again.told if f["type"] == "message"]
        path = f"/api/portal/chat/conversations/{conversation_id}/messages"
        listed = (await api.get(path, headers=acme.anna.headers)).json()
        for message, row in zip(caught_up, listed, strict=True):
            assert message == {"type": "message", "conversation_id": str(conversation_id)} | {
                name: value for name, value in row.items() if value is not None
            }
        for response, message in ((live, caught_up[1]), (failed, caught_up[3])):
            assert response == {
                "type": "response",
                "text": message["content"],
                "message_id": message["id"],
                **{name: message[name] for name in response if name in message and name != "type"},
            }
        assert {frame["created_at"][-1] for frame in (*accepted, live, *caught_up)} == {"Z"}

    async def test_the_agent_remembers_what_was_said(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.ask("My name is Anna.")
            response = await client.ask("What is my name?")
            assert "history: 2" in response.text

    async def test_messages_sent_in_a_burst_are_answered_in_order(
        self, stack: Stack, acme: World
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            for number in range(5):
                await client.say(f"question {number}", f"q-{number}")
            accepted = [
                await client.expect("accepted", client_message_id=f"q-{n}") for n in range(5)
            ]
        async with await stack.connect(acme.anna, conversation_id, last_seq=0) as client:
            answered = [m.reply_to for m in client.of_type("message") if m.role == "assistant"]
            while len(answered) < 5:
                answered.append((await client.expect("response")).reply_to)
        assert answered == [frame.message_id for frame in accepted]

    async def test_a_reload_in_the_middle_of_an_answer_shows_all_of_it(
        self, stack: Stack, acme: World
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.say("[[model: tokens=100 rate=50]] go on")
            accepted = await client.expect("accepted")
            await client.expect("delta")
            client.drop()
        async with await stack.connect(acme.anna, conversation_id, gateway=1, last_seq=1) as again:
            assert again.frames[0].type == "typing"
            response = await again.expect("response", reply_to=accepted.message_id)
            assert response.text.startswith(again.streamed(accepted.message_id))
            assert again.of_type("delta")[0].index == 0

    async def test_a_model_that_fails_ends_in_a_visible_failure_and_a_retry_mends_it(
        self, stack: Stack, acme: World
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.say(f"[[model: fail=500 once={uuid4()}]] hello")
            accepted = await client.expect("accepted")
            error = await client.expect("error", reply_to=accepted.message_id)
            assert (error.code, error.retryable) == ("model_broken", True)
            response = await client.expect("response", reply_to=accepted.message_id)
            assert (response.status, response.text) == ("failed", error.message)

            await client.send({"type": "retry", "reply_to": str(accepted.message_id)})
            mended = await client.expect("response", reply_to=accepted.message_id)
            assert (mended.status, mended.seq) == ("complete", 3)

            await client.send({"type": "retry", "reply_to": str(accepted.message_id)})
            assert (await client.expect("error")).code == "not_failed"

    async def test_stop_keeps_what_was_said(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.say("[[model: tokens=500 rate=50]] never mind")
            accepted = await client.expect("accepted")
            await client.expect("delta")
            await client.send({"type": "stop"})
            response = await client.expect("response", reply_to=accepted.message_id)
            assert response.status == "stopped"
            assert response.text.startswith(client.streamed(accepted.message_id))
            await client.send({"type": "stop"})
            assert (await client.expect("error")).code == "nothing_to_stop"

    async def test_a_published_response_without_a_number_passes_through(
        self, stack: Stack, acme: World
    ) -> None:
        """The contract's plain form, as others may publish it."""
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            frame = {"type": "response", "text": "hi", "conversation_id": str(conversation_id)}
            with redis.Redis.from_url(stack.environment["KONSTRUCT_REDIS_URL"]) as valkey:
                key = f"{acme.id}:webchat:response:{conversation_id}"
                valkey.publish(key, orjson.dumps(frame))
            assert (await client.expect("response")).text == "hi"

    async def test_a_paused_employee_says_so(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna, acme.paused_agent_id)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.say("hello?", "m-1")
            error = await client.expect("error", client_message_id="m-1")
            assert error.code == "agent_paused"


class TestBadInput:
    @pytest.mark.parametrize("name", BAD_FRAMES)
    async def test_a_bad_frame_is_told_and_the_socket_stays_usable(
        self, stack: Stack, acme: World, name: str
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.send(BAD_FRAMES[name])
            error = await client.expect("error")
            assert error.code == "bad_frame"
            assert error.message.endswith(".")
            assert (await client.ask("still there?")).status == "complete"

    async def test_a_binary_frame_is_told(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.send(b"\x00\xff")
            assert (await client.expect("error")).code == "bad_frame"

    async def test_bad_frames_without_end_close_the_socket(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            for _ in range(10):
                await client.send("nonsense")
            assert await client.closed() == CloseCode.BAD_FRAME

    @pytest.mark.parametrize(
        ("text", "code"),
        [
            ("", "text_empty"),
            (" \n\t ", "text_empty"),
            ("x" * 8001, "text_too_long"),
            ("a\x00b", "text_refused"),
        ],
    )
    async def test_text_that_cannot_be_a_message_leaves_nothing_behind(
        self,
        stack: Stack,
        acme: World,
        superuser: psycopg.Connection,
        text: str,
        code: str,
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.say(text, "m-1")
            error = await client.expect("error", client_message_id="m-1")
            assert error.code == code
            assert (await client.ask("and now?")).seq == 2
        rows = superuser.execute(
            "SELECT count(*) FROM web_conversation_messages WHERE conversation_id = %s",
            (conversation_id,),
        ).fetchone()
        assert rows == (2,)

    async def test_a_frame_that_is_too_big_closes_with_its_own_code(
        self, stack: Stack, acme: World
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.say("x" * 140_000)
            assert await client.closed() == CloseCode.TOO_BIG
            assert client.frames[-1].code == "frame_too_big"

    @pytest.mark.parametrize("character", ["😀", "\x01", "語"], ids=ascii)
    async def test_as_many_characters_as_promised_fit_however_they_are_escaped(
        self, stack: Stack, acme: World, character: str
    ) -> None:
        text = character * 8_000
        escaped = json.dumps({"type": "message", "text": text, "client_message_id": "m-1"})
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            await client.send(escaped)
            await client.expect("accepted", client_message_id="m-1")
        async with await stack.connect(acme.anna, conversation_id, last_seq=0) as client:
            assert client.of_type("message")[0].content == text

    async def test_any_characters_come_back_as_they_were(self, stack: Stack, acme: World) -> None:
        text = "¿Qué tal? 👩‍👩‍👧 \u202e\u0007 <b>&amp; '\"\\ \U0010ffff"
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            response = await client.ask(text)
            assert text in response.text
        async with await stack.connect(acme.anna, conversation_id, last_seq=0) as client:
            assert client.of_type("message")[0].content == text


class TestDoor:
    @pytest.mark.parametrize(
        ("first", "code"),
        [
            ("hello", CloseCode.BAD_FRAME),
            (b"\x00", CloseCode.BAD_FRAME),
            ('{"type":"message","text":"hi"}', CloseCode.NOT_AUTHENTICATED),
            ('{"type":"auth"}', CloseCode.BAD_FRAME),
            (
                '{"type":"auth","userId":"","role":"customer_admin","token":"x"}',
                CloseCode.BAD_FRAME,
            ),
        ],
    )
    async def test_who_does_not_say_who_they_are_is_shown_out(
        self, stack: Stack, acme: World, first: str | bytes, code: CloseCode
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await ChatClient.open(stack.gateways[0].socket_url(conversation_id)) as client:
            await client.send(first)
            assert await client.closed() == code
            assert client.frames[-1].type == "error"

    @pytest.mark.parametrize(
        "changes",
        [
            {"userId": str(uuid4())},
            {"role": "customer_admin"},
            {"role": "platform_admin"},
            {"tenantId": str(uuid4())},
            {"tenantId": None},
            {"token": "x.y.z"},
        ],
        ids=lambda changes: next(iter(changes)),
    )
    async def test_a_claim_that_is_not_the_tokens_is_refused(
        self, stack: Stack, acme: World, changes: dict[str, object]
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await ChatClient.open(stack.gateways[0].socket_url(conversation_id)) as client:
            await client.send(acme.anna.auth_frame(**changes))
            assert await client.closed() == CloseCode.NOT_AUTHENTICATED

    @pytest.mark.parametrize(
        ("last_seq", "code"),
        [
            (2**63, CloseCode.BAD_FRAME),
            (2**64, CloseCode.BAD_FRAME),
            (10**400, CloseCode.BAD_FRAME),
            (-1, CloseCode.BAD_FRAME),
            (1.5, CloseCode.BAD_FRAME),
            (2**63 - 1, None),
        ],
    )
    async def test_a_number_that_cannot_be_counted_to_is_refused_in_words(
        self, stack: Stack, acme: World, last_seq: float, code: CloseCode | None
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await ChatClient.open(stack.gateways[0].socket_url(conversation_id)) as client:
            await client.send(json.dumps(acme.anna.auth_frame() | {"last_seq": last_seq}))
            if code is None:
                await client.expect("ready")
                return
            assert "last_seq" in (await client.expect("error")).message
            assert await client.closed() == code

    async def test_forged_and_expired_tokens_are_refused(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna)
        for token in forged_tokens(acme.anna):
            url = stack.gateways[0].socket_url(conversation_id)
            async with await ChatClient.open(url) as client:
                await client.send(acme.anna.auth_frame(token=token))
                assert await client.closed() == CloseCode.NOT_AUTHENTICATED

    @pytest.mark.parametrize("whose", ["no", "malformed", "globex", "bens"])
    async def test_no_conversation_but_ones_own(
        self, stack: Stack, acme: World, globex: World, whose: str
    ) -> None:
        """A colleague's is 4403; another tenant's looks like none at all."""
        conversation_id: UUID | str = {
            "no": uuid4(),
            "malformed": "not-an-id",
            "globex": await globex.conversation(globex.anna),
            "bens": await acme.conversation(acme.ben),
        }[whose]
        expected = CloseCode.FORBIDDEN if whose == "bens" else CloseCode.NOT_FOUND
        url = stack.gateways[0].socket_url(conversation_id)  # type: ignore[arg-type]
        async with await ChatClient.open(url) as client:
            await client.send(acme.anna.auth_frame())
            assert await client.closed() == expected

    async def test_the_socket_speaks_for_the_owner_alone(
        self, stack: Stack, acme: World, platform_admin: Person
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        for person in (acme.admin, platform_admin):
            url = stack.gateways[0].socket_url(conversation_id)
            async with await ChatClient.open(url) as client:
                await client.send(person.auth_frame(acme.id))
                assert await client.closed() == CloseCode.FORBIDDEN

    async def test_who_is_no_member_any_more_is_refused(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna)
        await people.leave(acme.id, acme.anna.id)
        async with await ChatClient.open(stack.gateways[0].socket_url(conversation_id)) as client:
            await client.send(acme.anna.auth_frame())
            assert await client.closed() == CloseCode.FORBIDDEN

    async def test_silence_before_auth_ends_the_socket(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna)
        async with await ChatClient.open(stack.gateways[0].socket_url(conversation_id)) as client:
            assert await client.closed() == CloseCode.AUTH_TIMEOUT

    async def test_only_pages_of_ours_may_connect(self, stack: Stack, acme: World) -> None:
        conversation_id = await acme.conversation(acme.anna)
        gateway = stack.gateways[0]
        url = gateway.socket_url(conversation_id)
        own = f"http://127.0.0.1:{gateway.port}"
        foreign = [
            "http://evil.example",
            "null",
            f"{own}.evil.example",
            f"http://evil.example/{own}",
            "http://127.0.0.1:1",
            f"https://127.0.0.1:{gateway.port}",
            own.upper(),
        ]
        for origin in foreign:
            with pytest.raises(InvalidStatus) as refused:
                await ChatClient.open(url, origin=origin)
            assert refused.value.response.status_code == 403
        async with await ChatClient.open(url, origin=own) as client:
            await client.send(acme.anna.auth_frame())
            await client.expect("ready")


class TestLimits:
    async def test_too_many_messages_are_refused_and_then_the_socket_closes(
        self, shared_stack: Stack, stack: Stack, acme: World
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        (gateway,) = stack.add_gateways(1, KONSTRUCT_MESSAGE_LIMIT="3/minute")
        async with await gateway.connect(acme.anna, conversation_id) as client:
            for number in range(3):
                assert (await client.ask(f"question {number}")).status == "complete"
            await client.say("one more", "m-4")
            error = await client.expect("error", client_message_id="m-4")
            assert (error.code, error.retryable) == ("too_many", True)
            for _ in range(20):
                await client.say("more")
            assert await client.closed() == CloseCode.TOO_FAST

    async def test_silence_of_the_agent_is_told_and_the_answer_still_comes(
        self, stack: Stack, acme: World
    ) -> None:
        conversation_id = await acme.conversation(acme.anna)
        (gateway,) = stack.add_gateways(1, KONSTRUCT_SILENCE_TIMEOUT_S="1")
        async with await gateway.connect(acme.anna, conversation_id) as client:
            await client.say("[[model: delay=3]] think")
            accepted = await client.expect("accepted")
            error = await client.expect("error", reply_to=accepted.message_id)
            assert error.code == "silence"
            assert (await client.expect("response")).status == "complete"


async def test_nothing_is_left_open_when_sockets_end(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    """Subscriptions go with their sockets, however those end."""
    conversation_id = await acme.conversation(acme.anna)
    channel = f"{acme.id}:webchat:response:{conversation_id}"
    with redis.Redis.from_url(stack.environment["KONSTRUCT_REDIS_URL"]) as valkey:
        for way in ("close", "drop"):
            async with await stack.connect(acme.anna, conversation_id) as client:
                assert valkey.pubsub_numsub(channel)[0][1] == 1
                client.drop() if way == "drop" else await client.close()
            async with asyncio.timeout(10):
                while valkey.pubsub_numsub(channel)[0][1]:  # noqa: ASYNC110 - Valkey tells nobody
                    await asyncio.sleep(0.02)
    idle = superuser.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'idle in transaction'"
    ).fetchone()
    assert idle == (0,)


def forged_tokens(person: Person) -> list[str]:
    now = datetime.now(UTC)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(person.id),
        "role": person.role,
        "tid": str(person.tenant_id),
        "sid": str(uuid4()),
        "iat": now,
        "exp": now + timedelta(minutes=5),
    }
    without_expiry = {name: value for name, value in claims.items() if name != "exp"}
    expired = claims | {"exp": now - timedelta(seconds=1)}
    no_session, _ = issue_access_token(
        user_id=person.id, role=person.role, tenant_id=person.tenant_id, session_id=uuid4()
    )
    return [
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims, "another key that is long enough to sign", algorithm=ALGORITHM),
        jwt.encode(without_expiry, SIGNING_KEY, algorithm=ALGORITHM),
        jwt.encode(expired, SIGNING_KEY, algorithm=ALGORITHM),
        jwt.encode(claims | {"aud": "others"}, SIGNING_KEY, algorithm=ALGORITHM),
        jwt.encode(claims, SIGNING_KEY, algorithm="HS512"),
        no_session,
    ]


def _without_attempt(frame: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in frame.items() if name != "attempt"}
