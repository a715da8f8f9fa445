"""A document on its way through a worker: read, or failed with a reason, whatever dies."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import psycopg
import pytest
from shared.db import TenantSession
from shared.knowledge import indexing, sources
from shared.knowledge.search import find
from shared.models import KnowledgeDocument

from tests.support.jobs import doing_jobs
from tests.support.knowledge import add, document_of
from tests.support.people import World
from tests.support.servers import Database
from tests.support.waiting import LOOK_AGAIN_S, WITHIN_S

PAGE = "# Opening hours\n\nWe open at nine.\n\n## Sundays\n\nOn Sundays we are closed."


@pytest.fixture
async def jobs(database: Database, settings_of_its_own: pytest.MonkeyPatch) -> AsyncIterator[None]:
    async with doing_jobs(settings_of_its_own):
        yield


async def ended(tenant_id: UUID, document_id: UUID) -> KnowledgeDocument:
    async with asyncio.timeout(WITHIN_S):
        while True:
            async with TenantSession(tenant_id) as session, session.transaction():
                document = await sources.document(session, tenant_id, document_id)
            if document.state in ("indexed", "failed"):
                return document
            await asyncio.sleep(LOOK_AGAIN_S)


async def test_what_is_added_is_read_corrected_and_found(acme: World, jobs: None) -> None:
    source_id = await add(acme.id, "hours.md", PAGE, acme.agent_id)
    document = await ended(acme.id, await document_of(acme.id, source_id))
    assert (document.state, document.version, document.progress) == ("indexed", 1, 100)
    found = await find(acme.id, acme.agent_id, "Are you closed on Sundays?")
    assert found.supported
    (best,) = [each for each in found.passages if "Sundays" in each.heading]
    assert document.text is not None
    assert document.text[best.start : best.end] == best.text == "On Sundays we are closed."

    async with TenantSession(acme.id) as session, session.transaction():
        await sources.correct(
            session, acme.id, document.id, text="On Sundays we open at noon.", revision=1
        )
    await said(acme, "When do you open on Sundays?", "On Sundays we open at noon.")

    async with TenantSession(acme.id) as session, session.transaction():
        await sources.add_answer(
            session,
            acme.id,
            question="May dogs come in?",
            answer="Dogs may come in on a leash.",
            agent_ids=[acme.agent_id],
        )
    await said(acme, "Can I bring my dog?", "Dogs may come in on a leash.")


async def said(world: World, question: str, text: str) -> None:
    """Wait until it is found."""
    async with asyncio.timeout(WITHIN_S):
        while True:
            found = await find(world.id, world.agent_id, question)
            if text in [passage.text for passage in found.passages]:
                return
            await asyncio.sleep(LOOK_AGAIN_S)


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("broken.pdf", "%PDF-1.7 and nothing more", "broken"),
        ("blank.txt", " \n \n ", "empty"),
    ],
)
async def test_what_cannot_be_read_fails_with_a_sentence(
    acme: World, jobs: None, name: str, content: str, code: str
) -> None:
    source_id = await add(acme.id, name, content, acme.agent_id)
    document = await ended(acme.id, await document_of(acme.id, source_id))
    assert (document.state, document.error_code, document.version) == ("failed", code, None)
    assert (document.error or "").endswith(".")


async def test_what_a_dead_worker_had_begun_another_reads_once(
    acme: World, superuser: psycopg.Connection, settings_of_its_own: pytest.MonkeyPatch
) -> None:
    source_id = await add(acme.id, "hours.md", PAGE, acme.agent_id)
    document_id = await document_of(acme.id, source_id)
    await indexing.begin(acme.id, document_id, 1)
    superuser.execute(
        "UPDATE jobs SET state = 'running', attempts = 1, worker_id = %s WHERE subject = %s",
        (uuid4(), str(document_id)),
    )
    async with doing_jobs(settings_of_its_own):
        assert (await ended(acme.id, document_id)).state == "indexed"
    chunks = superuser.execute(
        "SELECT count(*), count(DISTINCT n) FROM knowledge_chunks WHERE document_id = %s",
        (document_id,),
    ).fetchone()
    assert chunks == (2, 2)
