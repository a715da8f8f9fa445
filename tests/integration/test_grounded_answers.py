"""From a file to an answer with its source, wherever it is read and whoever dies meanwhile; and
what is said, kept and shown to the business where nothing is known."""

from typing import Any

import httpx
import psycopg
import pytest
from shared.db import StaffSession, TenantSession
from shared.grounding.rules import Rules, change_rules
from shared.knowledge import gaps

from tests.support.breakable_stack import BreakableStack
from tests.support.knowledge import learn
from tests.support.people import World
from tests.support.stack import Stack

SENTENCE = "On Saturdays we open at ten and close at two."
HOURS = f"""We are open from Monday to Friday, from nine to half past five.

{SENTENCE} On Sundays the shop is closed.

Parking is in the yard behind the house. It is free for two hours."""


async def teach(world: World) -> None:
    """It answers whatever is asked: what the scripted model is told is part of the question, and
    nothing supports that."""
    await learn(world.id, "Opening hours.txt", HOURS, world.agent_id)
    async with TenantSession(world.id) as session, session.transaction():
        await change_rules(session, world.id, world.agent_id, Rules(requires_source=False))


async def history(api: httpx.AsyncClient, world: World, conversation_id: Any) -> list[Any]:
    path = f"/api/portal/chat/conversations/{conversation_id}/messages"
    return (await api.get(path, headers=world.anna.headers)).json()  # type: ignore[no-any-return]


async def trace(api: httpx.AsyncClient, world: World, message_id: Any, person: Any) -> Any:
    path = f"/api/portal/tenants/{world.id}/messages/{message_id}/trace"
    return await api.get(path, headers=person.headers)


async def test_an_answer_names_its_source_once_though_its_worker_was_killed_and_though_its_trace_cannot_be_kept(  # noqa: E501
    breakable_stack: BreakableStack, acme: World, superuser: psycopg.Connection
) -> None:
    stack = breakable_stack.stack
    await teach(acme)
    conversation_id = await acme.conversation(acme.anna)
    says = "On Saturdays it opens at ten [2], see ![x](https://evil.example/x) [9]."
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say(f'When do you open on Saturday? [[model: text="{says}" rate=6]]')
        await client.expect("delta")
        (at_it,) = superuser.execute(
            "SELECT worker_id::text FROM agent_runs WHERE thread_id = %s", [str(conversation_id)]
        ).fetchone() or ("",)
        next(worker for worker in stack.workers if at_it in worker.log_text()).kill()
        answer = await client.expect("response", within_s=40)
        streamed = client.streamed(answer.reply_to)
    assert answer.text == "On Saturdays it opens at ten [2], see ! [x] (evil[.]example/x)."
    assert answer.text.startswith(streamed), "nothing else was shown while it came"
    (cited,) = answer.citations
    assert (cited.n, cited.title, cited.quote) == (2, "Opening hours.txt", SENTENCE)
    assert HOURS[cited.start : cited.end] == SENTENCE
    async with await stack.connect(acme.anna, conversation_id, last_seq=1) as again:
        assert again.frames[0].citations == answer.citations
    (stored,) = superuser.execute(
        "SELECT count(*) FROM messages WHERE conversation_id = %s AND role = 'assistant'",
        [conversation_id],
    ).fetchall()
    assert stored == (1,)

    superuser.execute("ALTER TABLE answer_traces RENAME TO gone")
    try:
        async with await stack.connect(acme.anna, conversation_id) as client:
            bare = await client.ask('Saturday? When do you open? [[model: text="At ten [2]."]]')
    finally:
        superuser.execute("ALTER TABLE gone RENAME TO answer_traces")
    assert (bare.status, bare.text) == ("complete", "At ten [2].")


async def test_what_was_found_and_used_is_shown_to_admins_and_history_has_the_source(
    stack: Stack, acme: World, api: httpx.AsyncClient, superuser: psycopg.Connection
) -> None:
    await teach(acme)
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        answer = await client.ask(
            'Is the parking free of charge? [[model: text="Two hours are free [3]."]]'
        )
    without = await acme.conversation(acme.anna, acme.other_agent_id)
    async with await stack.connect(acme.anna, without) as client:
        greeting = await client.ask("Hello!")
    assert greeting.citations is None
    asked, stored, *_ = await history(api, acme, conversation_id)
    assert "citations" not in asked
    assert [each["quote"] for each in stored["citations"]] == ["It is free for two hours."]

    told = (await trace(api, acme, answer.message_id, acme.admin)).json()
    assert (told["way"], told["cited"], told["whole"]) == ("model", [3], True)
    assert [each["title"] for each in told["passages"]] == ["Opening hours.txt"] * 3
    assert told["passages"][2]["score"] > told["passages"][0]["score"]
    assert {"find", "model", "queued", "whole"} <= set(told["took_ms"])
    assert told["output_tokens"] > 0
    plain = (await trace(api, acme, greeting.message_id, acme.admin)).json()
    assert (plain["way"], plain["passages"]) == (None, [])
    assert (await trace(api, acme, answer.message_id, acme.anna)).status_code == 403
    assert (await trace(api, acme, answer.reply_to, acme.admin)).status_code == 404


async def test_what_nothing_supports_is_not_answered_and_becomes_a_gap_until_somebody_answers_it(
    stack: Stack, acme: World, api: httpx.AsyncClient, superuser: psycopg.Connection
) -> None:
    await learn(acme.id, "Opening hours.txt", HOURS, acme.agent_id)
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        answer = await client.ask("¿Venden tarjetas de regalo con el logotipo de la empresa?")
        assert answer.text.startswith("No lo sé")
        assert (answer.status, answer.citations) == ("complete", None)
        again = await client.ask("¿Venden tarjetas de regalo?")
    assert again.text == answer.text
    items = superuser.execute(
        "SELECT kind, agent_id FROM attention_items WHERE conversation_id = %s", [conversation_id]
    ).fetchall()
    assert items == [("not_known", acme.agent_id)], "one, as long as nobody has looked"
    handling = superuser.execute(
        "SELECT handling FROM web_conversations WHERE id = %s", [conversation_id]
    ).fetchone()
    assert handling == ("agent",)
    used = superuser.execute(
        "SELECT sum(input_tokens + output_tokens) FROM agent_runs WHERE thread_id = %s",
        [str(conversation_id)],
    ).fetchone()
    assert used == (0,), "no model was asked"

    async with StaffSession(acme.id, acme.admin.id) as session, session.transaction():
        (gap,) = await gaps.gaps(session, acme.id)
        assert (gap.people, gap.times, gap.answer) == (1, 2, answer.text)
        assert gap.question == "¿Venden tarjetas de regalo?"
        assert await gaps.close(session, acme.id, gap.question_ids) == 2
    async with StaffSession(acme.id, acme.admin.id) as session, session.transaction():
        assert await gaps.gaps(session, acme.id) == []
    async with TenantSession(acme.id) as session, session.transaction():
        await change_rules(session, acme.id, acme.agent_id, Rules(requires_source=False))
    async with await stack.connect(acme.anna, conversation_id) as client:
        free = await client.ask('Do you sell gift cards at all? [[model: text="I think so."]]')
    assert free.text == "I think so."


@pytest.mark.parametrize(
    ("hosts", "status"), [(["shop.example", "SHOP.example"], 200), (["https://shop.example/"], 400)]
)
async def test_where_answers_may_link_is_set_by_admins(
    api: httpx.AsyncClient, acme: World, globex: World, hosts: list[str], status: int
) -> None:
    path = f"/api/portal/tenants/{acme.id}/agents/{acme.agent_id}/answering"
    asked: dict[str, Any] = {"requires_source": False, "link_hosts": hosts}
    changed = await api.put(path, headers=acme.admin.headers, json=asked)
    assert changed.status_code == status
    found = (await api.get(path, headers=acme.admin.headers)).json()
    kept = {"requires_source": False, "link_hosts": ["shop.example"]}
    assert found == (kept if status == 200 else {"requires_source": True, "link_hosts": []})
    assert (await api.put(path, headers=acme.anna.headers, json=asked)).status_code == 403
    foreign = path.replace(str(acme.agent_id), str(globex.agent_id))
    assert (await api.get(foreign, headers=acme.admin.headers)).status_code == 404
