"""What takes the place of asyncio's queue and event in each socket does what those do."""

import asyncio

import pytest
from gateway.uvicorn_protocols.lean import LeanEvent, LeanQueue


async def test_a_queue_gives_what_came_first_and_waits_while_there_is_nothing() -> None:
    queue: LeanQueue[int] = LeanQueue()
    reading = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    assert not reading.done()
    for number in range(3):
        queue.put_nowait(number)
    assert [await reading, await queue.get(), await queue.get()] == [0, 1, 2]
    assert queue.empty()


async def test_a_reader_that_leaves_takes_nothing_along() -> None:
    queue: LeanQueue[int] = LeanQueue()
    reading = asyncio.create_task(queue.get())
    await asyncio.sleep(0)
    reading.cancel()
    queue.put_nowait(1)
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await queue.get() == 1


async def test_an_event_lets_all_go_who_wait_and_one_who_leaves_ends_it_for_nobody() -> None:
    event = LeanEvent()
    waiting = [asyncio.create_task(event.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting[1:])
    event.set()
    async with asyncio.timeout(5):
        await asyncio.gather(*waiting[1:])
    assert waiting[0].cancelled()
    assert await event.wait(), "set, it holds up nobody"
    event.clear()
    assert not event.is_set()
