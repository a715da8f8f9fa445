"""Showing an answer while it is spoken, with no server."""

import asyncio
from unittest.mock import MagicMock
from uuid import uuid4

import pytest
from orchestrator.pipeline import streaming
from orchestrator.pipeline.streaming import WebPreview


@pytest.fixture
def valkey(monkeypatch: pytest.MonkeyPatch) -> MagicMock:
    client = MagicMock(told=asyncio.Event())

    async def execute() -> list[object]:
        client.told.set()
        return [0, True, 1]

    client.pipeline.return_value.execute = execute
    monkeypatch.setattr(streaming, "get_redis", lambda: client)
    return client


def preview() -> WebPreview:
    return WebPreview(
        tenant_id=uuid4(),
        conversation_id=uuid4(),
        run_id=uuid4(),
        reply_to=uuid4(),
        attempt=1,
        window_s=lambda: 0.01,
    )


async def test_an_answer_that_comes_at_once_is_told_by_its_outcome_alone(
    valkey: MagicMock,
) -> None:
    answer = preview()
    await asyncio.sleep(0)
    answer.add("All of it.")
    answer.complete()
    await answer.close()
    assert answer.text == "All of it."
    valkey.pipeline.assert_not_called()


async def test_the_first_text_of_one_that_takes_its_time_goes_out_at_once(
    valkey: MagicMock,
) -> None:
    answer = preview()
    answer.add("Some ")
    async with asyncio.timeout(10):
        await valkey.told.wait()
    answer.add("more.")
    answer.complete()
    await answer.close()
    assert answer.text == "Some more."
    valkey.pipeline.return_value.publish.assert_called_once()
