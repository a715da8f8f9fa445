"""The job that asks the installation's embedder what a document's chunks mean."""

from shared.config import settings
from shared.db import TenantSession
from shared.knowledge import embeddings

from orchestrator.jobs.work import JobFailed, Result, Work
from orchestrator.knowledge.embedder import EmbedderFailed, meanings


async def embed(work: Work) -> Result:
    """All chunks of a version at once, so that a document is compared by one model alone."""
    if settings.embeddings.url is None:
        raise JobFailed("no_embedder", "This installation has no embedder.")
    named = work.tenant_id, work.subject, int(work.args["version"])
    chunks = await embeddings.unembedded(*named)
    try:
        found = await meanings(work.http, [each.words for each in chunks], "passage")
    except EmbedderFailed as error:
        raise OSError(str(error)) from error  # so that it is tried again
    numbers = [each.n for each in chunks]
    await embeddings.keep(*named, list(zip(numbers, found, strict=True)))
    return {"chunks": len(chunks)}


async def plan_embedding(work: Work) -> None:
    """After a document was read, if there is an embedder."""
    if settings.embeddings.url is not None:
        async with TenantSession(work.tenant_id) as session, session.transaction():
            version = int(work.args["revision"])
            await embeddings.plan_embedding(session, work.subject, version)
