"""What a business lets its employees read: found by those who may, whole or not at all, and gone
when it is removed."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from shared.db import SystemSession, TenantSession
from shared.errors import Conflict, NotFound, TooBig
from shared.housekeeping import forget_what_is_over
from shared.knowledge import indexing, limits, sources
from shared.knowledge.indexing import Superseded
from shared.knowledge.search import find

from tests.support.knowledge import add, document_of, index, learn
from tests.support.people import World

OPEN = "We open at nine.\n\nOn Sundays we are closed."
LATER = "We open at ten."
TABLES = (
    "knowledge_sources", "knowledge_documents", "knowledge_versions", "knowledge_chunks",
    "knowledge_terms", "agent_knowledge", "files",
)  # fmt: skip


async def found(world: World, agent_id: UUID | None = None) -> list[str]:
    answer = await find(world.id, agent_id or world.agent_id, "When do you open?")
    return [passage.text for passage in answer.passages]


def left(superuser: psycopg.Connection, tenant_id: UUID) -> dict[str, int]:
    """Rows of each table that are the tenant's, where there are any."""
    counts = {
        table: superuser.execute(
            f"SELECT count(*) FROM {table} WHERE tenant_id = %s",  # type: ignore[arg-type]
            (tenant_id,),
        ).fetchone()
        for table in TABLES
    }
    return {table: row[0] for table, row in counts.items() if row and row[0]}


async def test_only_an_employee_that_may_read_a_source_finds_what_it_says(
    acme: World, globex: World, superuser: psycopg.Connection
) -> None:
    def knows(agent_id: UUID) -> bool:
        row = superuser.execute("SELECT knows FROM agents WHERE id = %s", (agent_id,)).fetchone()
        assert row is not None
        return bool(row[0])

    source_id = await learn(acme.id, "hours.txt", OPEN, acme.agent_id)
    assert await found(acme) == OPEN.split("\n\n")
    assert await found(acme, acme.other_agent_id) == []
    assert await found(globex) == []
    assert await find(globex.id, acme.agent_id, "When do you open?") == await find(
        globex.id, globex.agent_id, "When do you open?"
    )
    assert knows(acme.agent_id)
    assert not knows(acme.other_agent_id)

    async with TenantSession(acme.id) as session, session.transaction():
        await sources.grant(session, acme.id, acme.other_agent_id, source_id)
        await sources.revoke(session, acme.id, acme.agent_id, source_id)
    assert await found(acme) == []
    assert await found(acme, acme.other_agent_id) == OPEN.split("\n\n")
    assert knows(acme.other_agent_id)
    assert not knows(acme.agent_id)

    async with TenantSession(acme.id) as session, session.transaction():
        with pytest.raises(NotFound):
            await sources.grant(session, acme.id, globex.agent_id, source_id)
    async with TenantSession(globex.id) as session, session.transaction():
        with pytest.raises(NotFound):
            await sources.remove(session, globex.id, source_id)


async def test_a_few_words_that_do_not_say_their_language_are_found_by_their_stems(
    acme: World,
) -> None:
    costs = "A check-up costs 45 euros and takes half an hour."
    await learn(acme.id, "check-up.txt", costs, acme.agent_id, language="simple")
    found = await find(acme.id, acme.agent_id, "What does a check-up cost?")
    assert found.supported


async def test_a_removed_source_leaves_nothing(acme: World, superuser: psycopg.Connection) -> None:
    source_id = await learn(acme.id, "hours.txt", OPEN, acme.agent_id)
    async with TenantSession(acme.id) as session, session.transaction():
        await sources.remove(session, acme.id, source_id)
    assert left(superuser, acme.id) == {}
    row = superuser.execute("SELECT knows FROM agents WHERE id = %s", (acme.agent_id,)).fetchone()
    assert row == (False,)


async def test_the_bytes_stay_while_a_message_has_them_too(
    acme: World, superuser: psycopg.Connection
) -> None:
    """What somebody sent and what the business uploads is one file if its content is one."""
    source_id = await learn(acme.id, "hours.txt", OPEN, acme.agent_id)
    superuser.execute(
        "INSERT INTO files (tenant_id, sha256, mime, size, content)"
        " SELECT tenant_id, sha256, mime, size, content FROM files WHERE tenant_id = %s"
        " ON CONFLICT (tenant_id, sha256) DO UPDATE SET knowledge_alone = false",
        (acme.id,),
    )
    async with TenantSession(acme.id) as session, session.transaction():
        await sources.remove(session, acme.id, source_id)
    assert left(superuser, acme.id) == {"files": 1}


async def test_a_source_removed_while_it_is_read_leaves_nothing(
    acme: World, superuser: psycopg.Connection
) -> None:
    source_id = await add(acme.id, "hours.txt", OPEN, acme.agent_id)
    reading = await indexing.begin(acme.id, await document_of(acme.id, source_id), 1)
    async with TenantSession(acme.id) as session, session.transaction():
        await sources.remove(session, acme.id, source_id)
    with pytest.raises(Superseded):
        await index(reading, OPEN)
    assert left(superuser, acme.id) == {}


async def test_a_new_text_takes_the_old_ones_place_at_once_and_the_old_goes_ten_minutes_later(
    acme: World, superuser: psycopg.Connection
) -> None:
    source_id = await learn(acme.id, "hours.txt", OPEN, acme.agent_id)
    document_id = await document_of(acme.id, source_id)
    async with TenantSession(acme.id) as session, session.transaction():
        await sources.correct(session, acme.id, document_id, text=LATER, revision=1)
        with pytest.raises(Conflict):
            await sources.correct(session, acme.id, document_id, text="No.", revision=1)
    assert await found(acme) == OPEN.split("\n\n")
    reading = await indexing.begin(acme.id, document_id, 2)
    assert reading.given == LATER
    assert await found(acme) == OPEN.split("\n\n")
    await index(reading, LATER)
    assert await found(acme) == [LATER]

    async def versions() -> list[int]:
        async with SystemSession("sweep") as session, session.transaction():
            await forget_what_is_over(session, "knowledge_versions")
        rows = superuser.execute(
            "SELECT DISTINCT version FROM knowledge_chunks WHERE tenant_id = %s ORDER BY 1",
            (acme.id,),
        )
        return [row[0] for row in rows]

    assert await versions() == [1, 2]
    superuser.execute(
        "UPDATE knowledge_versions SET retired_at = retired_at - interval '11 minutes'"
    )
    assert await versions() == [2]


async def test_an_attempt_that_another_took_over_from_writes_nothing_more(
    acme: World, superuser: psycopg.Connection
) -> None:
    """As when a worker is taken for dead and goes on."""
    source_id = await add(acme.id, "hours.txt", OPEN, acme.agent_id)
    document_id = await document_of(acme.id, source_id)
    first = await indexing.begin(acme.id, document_id, 1)
    second = await indexing.begin(acme.id, document_id, 1)
    with pytest.raises(Superseded):
        await index(first, OPEN)
    await index(second, OPEN)
    assert await found(acme) == OPEN.split("\n\n")
    assert left(superuser, acme.id)["knowledge_chunks"] == 2


async def test_what_cannot_be_read_says_why_and_what_was_known_before_is_known(
    acme: World,
) -> None:
    source_id = await learn(acme.id, "hours.txt", OPEN, acme.agent_id)
    async with TenantSession(acme.id) as session, session.transaction():
        await sources.replace_file(
            session, acme.id, source_id, name="hours.pdf", mime="", content=b"%PDF-broken"
        )
    document_id = await document_of(acme.id, source_id)
    reading = await indexing.begin(acme.id, document_id, 2)
    assert reading.content == b"%PDF-broken"
    await indexing.fail(acme.id, document_id, 2, code="broken", why="It is no whole PDF.")
    async with TenantSession(acme.id) as session, session.transaction():
        shown = await sources.document(session, acme.id, document_id)
        assert (shown.state, shown.error_code, shown.error) == (
            "failed", "broken", "It is no whole PDF.",
        )  # fmt: skip
    assert await found(acme) == OPEN.split("\n\n")


async def test_what_is_not_valid_any_more_is_not_found(acme: World) -> None:
    source_id = await learn(acme.id, "hours.txt", OPEN, acme.agent_id)
    for ends, finds in ((timedelta(hours=1), True), (-timedelta(seconds=1), False)):
        async with TenantSession(acme.id) as session, session.transaction():
            shown = await sources.show(session, acme.id, source_id)
            await sources.change(
                session,
                acme.id,
                source_id,
                revision=shown.source.revision,
                valid_until=datetime.now(UTC) + ends,
            )
        assert bool(await found(acme)) is finds


async def test_what_is_there_already_is_kept_once_and_what_is_too_much_is_refused(
    acme: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source_id = await add(acme.id, "hours.txt", OPEN, acme.agent_id)
    assert await add(acme.id, "again.txt", OPEN, acme.other_agent_id) == source_id
    monkeypatch.setattr(limits, "MAX_SOURCES", 1)
    with pytest.raises(Conflict, match="1 sources of knowledge"):
        await add(acme.id, "more.txt", LATER)
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
    with pytest.raises(TooBig, match="at most 0 MB"):
        await add(acme.id, "long.txt", OPEN)
