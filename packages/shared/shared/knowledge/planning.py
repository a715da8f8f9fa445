"""What is read and fetched by a worker, and when: in the transaction of whoever wants it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from shared.db import WithinTenant
from shared.jobs import queue
from shared.jobs.kinds import KNOWLEDGE_FETCH, KNOWLEDGE_READ
from shared.jobs.nudges import nudge
from shared.models import KnowledgeDocument, KnowledgeSource
from shared.valkey.publish import publish_changed

REFRESHES: dict[str, timedelta] = {
    "daily": timedelta(days=1),
    "weekly": timedelta(weeks=1),
    "monthly": timedelta(days=30),
}


async def add_document(
    session: WithinTenant, source: KnowledgeSource, **values: object
) -> KnowledgeDocument:
    """One more document of the source, queued."""
    added = KnowledgeDocument(tenant_id=source.tenant_id, source_id=source.id, revision=1, **values)
    session.add(added)
    await session.flush()
    await plan_reading(session, source.tenant_id, added.id, 1)
    return added


async def read_anew(session: WithinTenant, of: KnowledgeDocument, **values: object) -> None:
    """Queue a document, which is locked, with other values."""
    of.revision += 1
    of.state, of.progress, of.error, of.error_code = "queued", 0, None, None
    for name, value in values.items():
        setattr(of, name, value)
    await session.flush()
    await plan_reading(session, of.tenant_id, of.id, of.revision)


async def plan_reading(
    session: WithinTenant, tenant_id: UUID, document_id: UUID, revision: int
) -> None:
    """A worker reads this revision of the document soon."""
    job_id = await queue.add(
        session,
        tenant_id=tenant_id,
        kind=KNOWLEDGE_READ,
        subject=str(document_id),
        unique_key=f"{KNOWLEDGE_READ}:{document_id}:{revision}",
        args={"revision": revision},
    )

    async def wake() -> None:
        nudge(tenant_id, job_id)

    session.after_commit(wake)
    tell(session, tenant_id)


async def plan_fetch(
    session: WithinTenant, tenant_id: UUID, source_id: UUID, *, after: timedelta = timedelta()
) -> None:
    """A worker looks at the page or site after this time, or at once."""
    job_id = await queue.add(
        session,
        tenant_id=tenant_id,
        kind=KNOWLEDGE_FETCH,
        subject=str(source_id),
        unique_key=f"{KNOWLEDGE_FETCH}:{source_id}",
        not_before=datetime.now(UTC) + after,
    )

    async def wake() -> None:
        nudge(tenant_id, job_id)

    if not after:
        session.after_commit(wake)


def tell(session: WithinTenant, tenant_id: UUID) -> None:
    """Pages look up again what the business knows."""
    session.after_commit(lambda: publish_changed(tenant_id, "knowledge"))
