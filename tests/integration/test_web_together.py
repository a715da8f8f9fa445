"""On the web: several messages and one answer; and who is told what while a colleague answers."""

from uuid import UUID

import httpx
import psycopg

from tests.support.people import World
from tests.support.stack import Stack


async def test_five_messages_said_meanwhile_are_answered_together_and_each_has_its_outcome(
    stack: Stack, acme: World, api: httpx.AsyncClient
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with (
        await stack.connect(acme.anna, conversation_id, bursts=True) as client,
        await stack.connect(acme.anna, conversation_id, gateway=1) as elsewhere,
    ):
        await client.say("[[model: delay=1.5]] hello", "m-0")
        first = await client.expect("accepted")
        for number in range(1, 6):
            await client.say(f"part {number}", f"m-{number}")
        accepted = [await client.expect("accepted") for _ in range(5)]
        told = [await client.expect("response") for _ in range(6)]
        assert [(t.reply_to, t.status, bool(t.text)) for t in told] == [
            (first.message_id, "complete", True),
            *((each.message_id, "merged", False) for each in accepted[:-1]),
            (accepted[-1].message_id, "complete", True),
        ]
        assert "part 5" in told[-1].text, "the model double says what it was asked"
        written = {delta.reply_to for delta in client.of_type("delta")}
        assert written <= {first.message_id, accepted[-1].message_id}
        outcomes = [await elsewhere.expect("response") for _ in range(6)]
        assert outcomes == told
        client.require_valid()
        elsewhere.require_valid()
    listed = await api.get(
        f"/api/portal/chat/conversations/{conversation_id}/messages", headers=acme.anna.headers
    )
    assert [m["seq"] for m in listed.json()] == [*range(1, 13)]
    (shown,) = (
        await api.get(
            f"/api/portal/chat/conversations?tenant_id={acme.id}", headers=acme.anna.headers
        )
    ).json()
    assert shown["last_message_preview"] == told[-1].text[:120]


async def test_a_client_that_does_not_know_of_it_has_an_answer_to_each(
    stack: Stack, acme: World
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        for number in range(3):
            await client.say(f"part {number}", f"m-{number}")
        told = [await client.expect("response") for _ in range(3)]
    assert {(t.status, bool(t.text)) for t in told} == {("complete", True)}


def hand_over(superuser: psycopg.Connection, conversation_id: UUID, handling: str) -> None:
    superuser.execute(
        "UPDATE web_conversations SET handling = %s, hold_epoch = hold_epoch + 1 WHERE id = %s",
        (handling, conversation_id),
    )


async def test_while_a_colleague_has_it_nobody_types_and_no_answer_is_awaited(
    stack: Stack, acme: World, superuser: psycopg.Connection, api: httpx.AsyncClient
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        hand_over(superuser, conversation_id, "human")
        await client.say("is somebody there?", "m-1")
        assert (await client.next()).type == "typing", "it could not know yet"
        accepted = await client.next()
        assert (accepted.type, accepted.handling) == ("accepted", "human")
        await client.say("hello?", "m-2")
        again = await client.next()
        assert (again.type, again.handling) == ("accepted", "human")
    superuser.execute(
        "INSERT INTO web_conversation_messages (id, tenant_id, conversation_id, role, content,"
        " author_kind, author_id) VALUES (gen_random_uuid(), %s, %s, 'assistant',"
        " 'I am here.', 'member', %s)",
        (acme.id, conversation_id, acme.ben.id),
    )
    async with await stack.connect(acme.anna, conversation_id, last_seq=0) as client:
        (ready,) = client.of_type("ready")
        assert ready.handling == "human"
        *asked, said = client.of_type("message")
        assert [each.handling for each in asked] == ["human", "human"]
        assert (said.role, said.content, said.handling) == ("assistant", "I am here.", None)
        assert (said.author.kind, said.author.name) == ("member", acme.ben.display_name)
        assert client.of_type("typing") == []
        hand_over(superuser, conversation_id, "agent")
        await client.say("thanks", "m-3")
        assert (await client.expect("accepted")).handling is None
        assert (await client.expect("response")).status == "complete"
    listed = await api.get(
        f"/api/portal/chat/conversations/{conversation_id}/messages", headers=acme.anna.headers
    )
    assert listed.json()[2]["author"] == {
        "kind": "member",
        "name": acme.ben.display_name,
    }
