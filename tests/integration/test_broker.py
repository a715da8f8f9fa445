"""Celery's queue, which our own code writes and reads: it and Celery understand each other."""

import asyncio
import sys
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery
from orchestrator.broker import configure_broker
from orchestrator.consumer import Consumer
from shared.redis_keys import broker_queue_key
from shared.runs.nudges import QUEUE_NAME, Job, Task, handle_message, pack, unpack
from shared.valkey.batch import get_batch
from shared.valkey.client import get_redis

from tests.support.breakable_stack import BreakableStack
from tests.support.people import World
from tests.support.processes import Process
from tests.support.servers import Database

PAYLOAD = {"id": "1", "content": {"text": "Grüße 🙂"}, "attempts": [1, None]}


@pytest.fixture
def celery_app(database: Database) -> Celery:
    app = Celery(set_as_current=False)
    configure_broker(app)
    return app


async def test_what_delay_sends_celerys_own_consumer_reads(celery_app: Celery) -> None:
    assert Job("some.task", carries=tuple(PAYLOAD)).delay(PAYLOAD)
    await get_batch().empty(5)

    def read() -> Any:
        with celery_app.connection() as connection, connection.SimpleQueue(QUEUE_NAME) as queue:
            message = queue.get(timeout=5)
            message.ack()
            return message

    message = await asyncio.to_thread(read)
    args, kwargs, _ = message.payload
    assert (message.headers["task"], args, kwargs) == ("some.task", [PAYLOAD], {})
    assert message.headers["id"] == message.properties["correlation_id"]


async def test_of_a_message_the_broker_holds_its_ids_alone(database: Database) -> None:
    ids = {"id": str(uuid4()), "tenant_id": str(uuid4()), "run_id": str(uuid4())}
    secret = {"content": {"text": "what was said"}, "bot_token": "xoxb-secret"}
    assert handle_message.delay(ids | secret)
    assert handle_message.delay({"id": ids["id"], "tenant_id": ids["tenant_id"]} | secret)
    await get_batch().empty(5)
    newest, oldest = await get_redis().lrange(broker_queue_key(QUEUE_NAME), 0, -1)
    assert unpack(oldest).args == [ids]
    assert unpack(newest).args == [{"id": ids["id"], "tenant_id": ids["tenant_id"]}]


async def test_what_celery_sends_the_intake_starts(celery_app: Celery) -> None:
    started: asyncio.Queue[Any] = asyncio.Queue()
    consumer = Consumer({"some.task": started.put}, concurrency=2)
    consumer.start()
    await asyncio.to_thread(celery_app.send_task, "some.task", args=[PAYLOAD])
    async with asyncio.timeout(20):
        assert await started.get() == PAYLOAD
    await consumer.stop()


async def test_no_more_are_taken_than_may_be_under_way(celery_app: Celery) -> None:
    under_way, most, done = 0, 0, asyncio.Event()
    finished: list[int] = []

    async def work(payload: dict[str, int]) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await asyncio.sleep(0)
        under_way -= 1
        finished.append(payload["n"])
        if len(finished) == 20:
            done.set()

    for n in range(20):
        Job("some.task", carries=("n",)).delay({"n": n})
    await get_batch().empty(5)
    consumer = Consumer({"some.task": work}, concurrency=3)
    consumer.start()
    async with asyncio.timeout(20):
        await done.wait()
    await consumer.stop()
    assert most <= 3
    assert finished == sorted(finished)


async def test_what_cannot_be_read_or_fails_holds_nothing_up(celery_app: Celery) -> None:
    reached = asyncio.Event()

    async def work(payload: dict[str, Any]) -> None:
        if payload.get("fail"):
            raise RuntimeError("this task's own affair")
        reached.set()

    bad = [b"", b"{}", b"[1]", b"\xff", pack(Task("no.such.task", [{}], {}))]
    worse = [pack(Task("some.task", [], {})), pack(Task("some.task", [{"fail": True}], {}))]
    good = pack(Task("some.task", [{}], {}))
    await get_redis().lpush(broker_queue_key(QUEUE_NAME), *bad, *worse, good)
    consumer = Consumer({"some.task": work}, concurrency=1)
    consumer.start()
    async with asyncio.timeout(20):
        await reached.wait()
    await consumer.stop()


def test_a_task_survives_packing() -> None:
    task = Task("some.task", [PAYLOAD, 2], {"x": None})
    assert unpack(pack(task)) == task


class CelerysWorker(Process):
    """Celery's own worker, as its command line starts it."""

    def answers(self) -> bool:
        return "ready." in self.log_text()


async def test_celerys_own_worker_answers_and_leaves_in_time(
    breakable_stack: BreakableStack, acme: World
) -> None:
    stack = breakable_stack.stack
    for worker in stack.workers:
        worker.stop()
    command = (sys.executable, "-m", "celery", "-A", "orchestrator.app", "worker", "-P", "threads")
    queue = ("-Q", QUEUE_NAME, "--loglevel", "INFO")
    celerys = CelerysWorker("celery", (*command, *queue), stack.directory, stack.environment)
    celerys.start()
    try:
        conversation_id = await acme.conversation(acme.anna)
        async with await stack.connect(acme.anna, conversation_id) as client:
            response = await client.ask('[[model: text="Hello, Anna."]] hello')
            assert (response.text, response.status) == ("Hello, Anna.", "complete")
        assert celerys.terminate(within_s=30) == 0, celerys.log_text()
    finally:
        celerys.stop()
