"""With an embedder, what says the same in other words is found; without it, what there was."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from orchestrator.knowledge.finding import find
from shared.config import get_settings
from shared.knowledge import search

from tests.support.embedder import Embedder, running
from tests.support.jobs import doing_jobs
from tests.support.knowledge import add
from tests.support.people import World
from tests.support.servers import Database
from tests.support.waiting import LOOK_AGAIN_S, WITHIN_S, eventually

DOGS = "Dogs may come in on a leash."
TEXT = f"{DOGS}\n\nWe open at nine.\n\nCards are taken from ten euros on."


@pytest.fixture
async def embedder(
    database: Database, settings_of_its_own: pytest.MonkeyPatch
) -> AsyncIterator[Embedder]:
    embedder = Embedder([["dog", "pets"], ["open", "hours"], ["card", "pay"]])
    settings_of_its_own.setattr(search, "WHOLE_BELOW_TOKENS", 0)
    async with running(embedder) as url:
        settings_of_its_own.setenv("KONSTRUCT_EMBEDDINGS_URL", url)
        settings_of_its_own.setenv("KONSTRUCT_EMBEDDINGS_MODEL", "of-tests")
        settings_of_its_own.setenv("KONSTRUCT_EMBEDDINGS_DIM", "4")
        settings_of_its_own.setenv("KONSTRUCT_EMBEDDINGS_QUERY_PREFIX", "query:")
        get_settings.cache_clear()
        async with doing_jobs(settings_of_its_own):
            yield embedder


async def first(world: World, question: str, text: str) -> None:
    """Wait until it is found before all else."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = await find(world.id, world.agent_id, question)
            if [passage.text for passage in found.passages][:1] == [text]:
                return
            await asyncio.sleep(LOOK_AGAIN_S)


async def test_what_says_the_same_in_other_words_is_found(
    acme: World,
    embedder: Embedder,
    superuser: psycopg.Connection,
    settings_of_its_own: pytest.MonkeyPatch,
) -> None:
    chunks = [f"# Part {n}\n\n{text}" for n, text in enumerate(TEXT.split("\n\n"))]
    await add(acme.id, "house.md", "\n\n".join(chunks), acme.agent_id)
    await first(acme, "Are pets welcome?", DOGS)
    assert "query: Are pets welcome?" in embedder.asked

    # Another model: what the one before said is replaced, and meanwhile words are enough.
    settings_of_its_own.setenv("KONSTRUCT_EMBEDDINGS_MODEL", "another")
    get_settings.cache_clear()
    assert (await find(acme.id, acme.agent_id, "Where is my leash?")).passages[0].text == DOGS

    def models() -> list[str]:
        rows = superuser.execute("SELECT DISTINCT model FROM knowledge_embeddings")
        return [row[0] for row in rows]

    await eventually(lambda: models() == ["another/4/"], "the new model has seen all")
    await first(acme, "Are pets welcome?", DOGS)

    embedder.down = True
    assert (await find(acme.id, acme.agent_id, "Where is my leash?")).passages[0].text == DOGS
