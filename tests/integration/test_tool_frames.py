"""A web chat is told what its employee does beside talking, and nothing of what with."""

import httpx
import psycopg

from tests.support.people import World
from tests.support.stack import Stack

ASKED = 'calls="clock, count {\\"name\\": \\"refunds\\"}, fly" before="Let me see."'


async def test_what_an_employee_does_meanwhile_is_told_to_every_socket(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with (
        httpx.AsyncClient(base_url=stack.gateways[0].url) as portal,
        await stack.connect(acme.anna, conversation_id) as asking,
        await stack.connect(acme.anna, conversation_id, gateway=1) as looking_on,
    ):
        given = await portal.patch(
            f"/api/portal/agents/{acme.agent_id}",
            json={"tenant_id": str(acme.id), "tools": ["clock", "count"]},
            headers=acme.admin.headers,
        )
        assert given.json()["tools"] == ["clock", "count"]
        answered = await asking.ask(f"[[model: {ASKED}]] please", status="complete")
        await looking_on.expect("response", reply_to=answered.reply_to)
        for socket in (asking, looking_on):
            begun, done = socket.of_type("tool_started"), socket.of_type("tool_finished")
            assert sorted(frame.label for frame in begun) == ["counts", "looks at the clock"]
            assert {frame.call_id for frame in begun} == {frame.call_id for frame in done}
            assert [frame.failed for frame in done] == [False, False]
            assert {frame.reply_to for frame in begun} == {answered.reply_to}
            told = [frame for frame in socket.told if frame["type"].startswith("tool_")]
            assert "refunds" not in str(told)
            assert socket.told.index(told[-1]) < socket.frames.index(
                next(frame for frame in socket.frames if frame.type == "response")
            )


async def test_a_plain_answer_writes_no_step(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    """Also of an employee that has tools and calls none."""
    superuser.execute(
        "UPDATE agents SET tools = '[\"clock\"]' WHERE id = %s", (acme.other_agent_id,)
    )
    for agent_id in (acme.agent_id, acme.other_agent_id):
        conversation_id = await acme.conversation(acme.anna, agent_id)
        async with await stack.connect(acme.anna, conversation_id) as socket:
            await socket.ask("Hello", status="complete")
    for table in ("run_steps", "tool_calls"):
        written = superuser.execute(
            f"SELECT count(*) FROM {table} WHERE tenant_id = %s", (acme.id,)
        ).fetchone()
        assert written == (0,)
