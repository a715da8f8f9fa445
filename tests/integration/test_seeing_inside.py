"""The canary and traces, through processes of their own: one gateway, one worker."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import redis
from orchestrator.consumer_watchdog import EX_DEAF
from shared.redis_keys import broker_queue_key
from shared.runs.nudges import QUEUE_NAME

from tests.support.cli import konstruct
from tests.support.deaf_line import DeafLine
from tests.support.figures import Figures, figures_with
from tests.support.otlp import Receiver
from tests.support.people import World
from tests.support.processes import Gateway
from tests.support.servers import Servers
from tests.support.stack import Stack
from tests.support.waiting import eventually

OWN_DB = 2
QUICK = {
    "KONSTRUCT_CANARY_INTERVAL_S": "0.5",
    "KONSTRUCT_CANARY_TIMEOUT_S": "2",
    "KONSTRUCT_BACKLOG_INTERVAL_S": "0.3",
    "KONSTRUCT_DEAF_AFTER_S": "2",
    "KONSTRUCT_DRAIN_TIMEOUT_S": "1",
    "OTEL_BSP_SCHEDULE_DELAY": "200",
}
WITHIN_S = 60.0


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def shared_stack(
    servers: Servers, receiver: Receiver, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """What `stack` is in this module."""
    database = servers.create_database()
    with Stack(
        tmp_path_factory.mktemp("seen"),
        servers.environment(database, valkey_db=OWN_DB),
        database=database,
        gateway_count=1,
        settings={**QUICK, "OTEL_EXPORTER_OTLP_ENDPOINT": receiver.url},
    ) as stack:
        yield stack


def is_green(seen: Figures) -> bool:
    return (
        seen("konstruct_canary_up") == 1 and seen("konstruct_canary_round_trip_seconds_count") > 0
    )


def is_red(seen: Figures) -> bool:
    return seen("konstruct_canary_up") == 0


async def readyz(gateway: Gateway) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False) as http:
        return await http.get(f"{gateway.url}/readyz")


async def test_the_canary_turns_red_when_no_worker_takes_anything_and_green_when_one_does(
    stack: Stack,
    servers: Servers,
    figures: Counter[str],
    tmp_path: Path,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    """All that time the gateway stays ready: it takes messages and keeps them. What nobody takes
    does not fill the broker: the next canary follows ever later."""
    (gateway,), (worker,) = stack.gateways, stack.workers
    await figures_with(gateway, is_green, WITHIN_S)
    assert (await readyz(gateway)).json()["canary"]["state"] == "green"
    with worker.frozen():
        frozen_at = time.monotonic()
        await figures_with(gateway, is_red, WITHIN_S)
        with redis.Redis.from_url(servers.redis_url(OWN_DB)) as valkey:
            assert 1 <= valkey.llen(broker_queue_key(QUEUE_NAME)) <= 4
        red_after = time.monotonic() - frozen_at
        ready = await readyz(gateway)
        assert (ready.status_code, ready.json()["canary"]["state"]) == (200, "red")
        await eventually(lambda: '"canary_red"' in gateway.log_text(), "it is said in the log")
        for name, value in gateway.environment.items():
            settings_of_its_own.setenv(name, value)
        doctor = await asyncio.to_thread(konstruct, "doctor", "--json", "--data-dir", tmp_path)
        found = {check["name"]: check["message"] for check in json.loads(doctor.out)}
        assert found["canary"].startswith("Nobody answers")
        assert "konstruct worker" in found["canary"]
    thawed_at = time.monotonic()
    await figures_with(gateway, is_green, WITHIN_S)
    figures["canary: seconds to red, set to 2"] = round(red_after, 1)
    figures["canary: seconds from the worker's return to green"] = round(
        time.monotonic() - thawed_at, 1
    )


async def test_a_worker_that_lives_and_consumes_nothing_ends_so_that_it_is_started_anew(
    stack: Stack, servers: Servers, figures: Counter[str]
) -> None:
    """It is told that nothing waits, while its colleague is away and something does."""
    (worker,) = stack.workers
    async with DeafLine(servers.redis_url(OWN_DB)) as line:
        adding = asyncio.to_thread(stack.add_workers, 1, KONSTRUCT_REDIS_URL=line.url)
        (deaf,) = await adding
        try:
            with worker.frozen():
                line.deaf = True
                since = time.monotonic()
                await eventually(lambda: deaf.exit_code() is not None, "it ends", WITHIN_S)
                figures["worker deaf: seconds until it ended, set to 2"] = round(
                    time.monotonic() - since, 1
                )
            assert deaf.exit_code() == EX_DEAF
            assert '"worker_deaf"' in deaf.log_text()
        finally:
            deaf.kill()
            stack.workers.remove(deaf)


async def test_a_trace_goes_from_the_frame_through_the_worker_to_the_delivery(
    stack: Stack, acme: World, receiver: Receiver
) -> None:
    conversation_id = await acme.conversation(acme.anna)
    async with await stack.connect(acme.anna, conversation_id) as client:
        await client.say('[[model: text="Zanzibar"]] Wunderkind', "first")
        accepted = await client.expect("accepted", client_message_id="first")
        response = await client.expect("response", reply_to=accepted.message_id)
    assert not hasattr(response, "traceparent")
    stages = {"claim", "context", "first_token", "model", "store", "publish"}
    expected = stages | {"gateway.message", "worker.run", "gateway.deliver"}
    await eventually(
        lambda: {span.name for span in receiver.trace_of(accepted.message_id)} >= expected,
        "all spans have come",
        WITHIN_S,
    )
    spans = receiver.trace_of(accepted.message_id)
    assert len(spans) == len(expected)
    named = {span.name: span for span in spans}
    message, run, deliver = named["gateway.message"], named["worker.run"], named["gateway.deliver"]
    assert message.parent_id == ""
    assert (run.parent_id, deliver.parent_id) == (message.span_id, run.span_id)
    assert {named[stage].parent_id for stage in stages} == {run.span_id}
    services = (message.service, run.service, deliver.service)
    assert services == ("konstruct-gateway", "konstruct-worker", "konstruct-gateway")
    assert run.began_ns <= named["model"].began_ns <= named["store"].began_ns <= run.ended_ns
    assert run.attributes["konstruct.status"] == "complete"
    said = ("Zanzibar", "Wunderkind", acme.anna.email, acme.anna.display_name)
    assert [word for word in said if word in repr(spans)] == []
