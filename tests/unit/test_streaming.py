"""Showing an answer while it is spoken, with no server."""

import asyncio
from typing import Any
from uuid import uuid4

import orjson
import pytest
from orchestrator.channels import web
from orchestrator.channels.web import WebPreview

WITHIN_S = 10.0


class FakeBatch:
    """Keeps what was given to it, and answers as a Valkey that holds `has` bytes."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []
        self.put_words: list[tuple[Any, ...]] = []
        self.has: int | None = 0
        self.told = asyncio.Condition()

    async def ask(self, *words: Any) -> int | None:
        async with self.told:
            self.asked.append(words)
            self.told.notify_all()
        return self.has

    def put(self, *words: Any) -> bool:
        self.put_words.append(words)
        return True

    async def until(self, count: int) -> None:
        async with asyncio.timeout(WITHIN_S), self.told:
            await self.told.wait_for(lambda: len(self.asked) >= count)

    def frames(self) -> list[tuple[int, str]]:
        """(index, text) of what was published."""
        frames = [orjson.loads(words[-1]) for words in self.asked]
        return [(frame["index"], frame["text"]) for frame in frames]


@pytest.fixture
def batch(monkeypatch: pytest.MonkeyPatch) -> FakeBatch:
    batch = FakeBatch()
    monkeypatch.setattr(web, "get_batch", lambda: batch)
    return batch


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
    batch: FakeBatch,
) -> None:
    answer = preview()
    await asyncio.sleep(0)
    answer.add("All of it.")
    answer.complete()
    answer.close()
    assert answer.text == "All of it."
    assert batch.asked == []


async def test_the_first_text_of_one_that_takes_its_time_goes_out_at_once(
    batch: FakeBatch,
) -> None:
    answer = preview()
    answer.add("Some ")
    await batch.until(1)
    answer.add("more.")
    answer.complete()
    answer.close()
    assert answer.text == "Some more."
    assert batch.frames() == [(0, "Some ")]


async def test_what_gathered_goes_out_together_and_says_where_it_belongs(
    batch: FakeBatch,
) -> None:
    answer = preview()
    answer.add("Grüße ")
    await batch.until(1)
    batch.has = len("Grüße ".encode())
    answer.add("aus ")
    answer.add("Wien")
    await batch.until(2)
    answer.close()
    assert batch.frames() == [(0, "Grüße "), (6, "aus Wien")]
    assert batch.asked[1][5] == len("Grüße ".encode()), "its place in the answer so far, in bytes"
    assert batch.put_words == []


@pytest.mark.parametrize(("has", "repaired"), [(0, True), (3, True), (5, False), (None, False)])
async def test_an_answer_so_far_that_valkey_lost_is_stored_again_whole(
    batch: FakeBatch, has: int | None, repaired: bool
) -> None:
    answer = preview()
    answer.add("12345")
    await batch.until(1)
    batch.has = has
    answer.add("678")
    await batch.until(2)
    await asyncio.sleep(0)
    answer.close()
    assert [words[2] for words in batch.put_words] == ([b"12345678"] if repaired else [])
