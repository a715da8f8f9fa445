"""Work without end goes on after what nobody expected, and ends when it is told to."""

import asyncio

import pytest
from shared import background


async def test_work_that_raises_begins_again_and_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(background, "BEGIN_AGAIN_S", 0)
    begun = asyncio.Queue[None]()

    async def work() -> None:
        begun.put_nowait(None)
        raise RuntimeError("nobody expected this")

    working = background.keep_doing(work, name="work")
    for _ in range(3):
        await asyncio.wait_for(begun.get(), 10)
    await background.end(working)
    assert working.cancelled()
    assert "task_begins_again: work" in caplog.text
