"""What Prometheus sees of a message's way, in real processes; and what it must not see."""

import asyncio
import json

import httpx
import psycopg
import pytest
from prometheus_client import REGISTRY
from shared.config import settings
from shared.db import SystemSession, TenantSession, get_engine
from shared.runs import queue, sweep
from shared.valkey.client import get_redis
from sqlalchemy import text

from tests.support.figures import figures_with
from tests.support.people import World
from tests.support.servers import Database
from tests.support.stack import Stack
from tests.support.waiting import eventually

ANSWERED = "[[model: pieces=3]] where is my order?"
STAGES = ("queued", "claim", "context", "first_token", "model", "store", "publish")


async def test_a_message_leaves_its_figures_at_the_gateway_and_at_the_worker(
    stack: Stack, acme: World
) -> None:
    gateway, (worker,) = stack.gateways[0], stack.workers
    conversation_id = await acme.conversation(acme.anna)
    before, worked_before = await gateway.figures(), await worker.figures()
    async with await stack.connect(acme.anna, conversation_id) as client:
        connected = await gateway.figures()
        await client.ask(ANSWERED)
        await client.say("   ")
        await client.expect("error")
    after = await gateway.figures()
    finished = worked_before("konstruct_runs_finished_total") + 1
    # It is counted a moment after its answer is heard.
    worked = await figures_with(
        worker, lambda seen: seen("konstruct_runs_finished_total") == finished
    )

    def grew(name: str, **labels: str) -> float:
        return after(name, **labels) - before(name, **labels)

    assert connected("konstruct_sockets") == before("konstruct_sockets") + 1
    assert grew("konstruct_sockets_opened_total") == 1
    assert grew("konstruct_messages_accepted_total") == 1
    assert grew("konstruct_message_accept_seconds_count") == 1
    assert grew("konstruct_first_token_seconds_count") == 1
    assert grew("konstruct_answer_seconds_count", status="complete") == 1
    assert grew("konstruct_refusals_total", reason="text_empty") == 1
    assert grew("konstruct_catch_ups_total", when="begin") == 1
    assert grew("konstruct_nudges_total", result="sent") >= 1
    assert after("konstruct_pool_size", pool="postgresql") == settings.database.pool_size
    assert after("konstruct_event_loop_lag_seconds_count") > 0

    def did(name: str, **labels: str) -> float:
        return worked(name, **labels) - worked_before(name, **labels)

    assert did("konstruct_runs_finished_total", status="complete") == 1
    assert did("konstruct_nudges_received_total", result="claimed") == 1
    for stage in STAGES:
        assert did("konstruct_run_stage_seconds_count", stage=stage) == 1
    assert did("konstruct_tokens_total", direction="output") > 0
    assert did("konstruct_pieces_total") >= 1
    assert worked("konstruct_workers") == 1
    assert worked("konstruct_runs", state="pending") == 0


async def test_no_figure_names_a_tenant_a_person_or_a_word(stack: Stack, acme: World) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.ask("[[model: text=Zanzibar]] Wunderkind")
    for process in (stack.gateways[0], stack.workers[0]):
        figures = await process.figures()
        secret = (acme.id, acme.anna.id, conversation_id, acme.anna.email, "Zanzibar", "Wunderkind")
        assert [word for word in secret if str(word) in figures.text] == []
        assert all(len(value) < 30 for _, value in figures.labels())


async def test_one_line_says_where_a_run_s_time_went_and_nothing_of_what_was_said(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say(ANSWERED)
        accepted = await client.expect("accepted")
        await client.expect("response")
    (run_id,) = superuser.execute(
        "SELECT id FROM agent_runs WHERE message_id = %s", (str(accepted.message_id),)
    ).fetchone() or (None,)
    (worker,) = stack.workers
    mine = f'"run_id": "{run_id}"'
    await eventually(lambda: mine in worker.log_text(), "the line is written")
    lines = [json.loads(line) for line in worker.log_text().splitlines() if mine in line]
    (line,) = [line for line in lines if line["event"] == "run_finished"]
    assert {f"{stage}_ms" for stage in STAGES} <= line.keys()
    assert all(line[f"{stage}_ms"] >= 0 for stage in STAGES)
    assert line["first_token_ms"] <= line["model_ms"]
    assert (line["status"], line["code"], line["attempt"]) == ("complete", None, 1)
    assert line["pieces"] >= 1
    assert line["output_tokens"] > 0
    assert "order" not in json.dumps(line)


async def test_what_waits_is_counted_with_its_age(
    database: Database, acme: World, superuser: psycopg.Connection
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with TenantSession(acme.id) as session, session.transaction():
        for number in range(2):
            await queue.add_run(
                session,
                tenant_id=acme.id,
                agent_id=acme.agent_id,
                channel="web",
                thread_id=str(conversation_id),
                message_id=f"message {number}",
                payload={},
                first_nudge_s=-5,
            )
    async with SystemSession("sweep") as session, session.transaction():
        backlog = await sweep.backlog(session)
        assert (backlog.pending, backlog.running, backlog.workers) == (2, 0, 0)
        assert 0 < backlog.oldest_pending_s < 60
        assert 5 <= backlog.oldest_nudge_s < 65
        await sweep.take_due(session, limit=10, max_nudge_s=60, runs_at_once=10)
        # The second waits for the first, so its nudge is not late, nor has it waited itself.
        assert (await sweep.backlog(session)).oldest_nudge_s == 0
    superuser.execute("UPDATE agent_runs SET state = 'running' WHERE message_id = 'message 0'")
    async with SystemSession("sweep") as session, session.transaction():
        backlog = await sweep.backlog(session)
        assert (backlog.pending, backlog.running, backlog.oldest_pending_s) == (1, 1, 0)


@pytest.mark.parametrize("pool", ["postgresql", "valkey"])
async def test_who_waits_for_a_connection_is_counted(
    database: Database, settings_of_its_own: pytest.MonkeyPatch, pool: str
) -> None:
    """The libraries have no public name for it: this notices when theirs has changed."""
    taken = [await _take(pool) for _ in range(_size(pool))]
    waiting = asyncio.create_task(_take(pool))
    try:
        await eventually(lambda: _figure("konstruct_pool_waiting", pool) == 1, "it waits")
        assert _figure("konstruct_pool_in_use", pool) == _size(pool)
    finally:
        await _give_back(taken.pop())
        taken.append(await waiting)
        for connection in taken:
            await _give_back(connection)
    assert _figure("konstruct_pool_waiting", pool) == 0
    assert _figure("konstruct_pool_in_use", pool) == 0


def _size(pool: str) -> int:
    return settings.database.pool_size if pool == "postgresql" else settings.redis.pool_size


async def _take(pool: str) -> object:
    if pool == "postgresql":
        connection = get_engine().connect()
        await (await connection).execute(text("SELECT 1"))
        return connection
    return await get_redis().connection_pool.get_connection()


async def _give_back(connection: object) -> None:
    if hasattr(connection, "execute"):
        await connection.close()
    else:
        await get_redis().connection_pool.release(connection)


def _figure(name: str, pool: str) -> float | None:
    return REGISTRY.get_sample_value(name, {"pool": pool})


async def test_the_gateway_s_own_port_shows_figures_to_the_holder_of_the_token_alone(
    api: httpx.AsyncClient, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    from shared.config import get_settings

    assert (await api.get("/metrics")).status_code == 404
    settings_of_its_own.setenv("KONSTRUCT_METRICS_TOKEN", "a token for figures")
    get_settings.cache_clear()
    for shown in ({}, {"Authorization": "Bearer another"}, {"Authorization": "a token for"}):
        assert (await api.get("/metrics", headers=shown)).status_code == 401
    answer = await api.get("/metrics", headers={"Authorization": "Bearer a token for figures"})
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "konstruct_messages_accepted_total" in answer.text


async def test_a_worker_s_port_tells_probes_whether_it_is_well(stack: Stack, acme: World) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        for process in (stack.workers[0], stack.gateways[0]):
            alive = await http.get(f"{process.metrics_url}/healthz")
            assert (alive.status_code, alive.json()["status"]) == (200, "alive")
            ready = await http.get(f"{process.metrics_url}/readyz")
            assert (ready.status_code, ready.json()["status"]) == (200, "ready")
            assert (await http.get(f"{process.metrics_url}/")).status_code == 404
