"""How much a business may let its employees read."""

from uuid import UUID

from shared.db import WithinTenant
from shared.errors import BadRequest, Conflict, TooBig
from shared.knowledge import repository

MAX_TITLE_CHARS = 300
MAX_ADDRESS_CHARS = 2_000
MAX_QUESTION_CHARS = 500
MAX_ANSWER_CHARS = 8_000
MAX_TEXT_CHARS = 5_000_000
"""Of one document, as extracted."""
MAX_FILE_BYTES = 20 * 1024 * 1024
MAX_SOURCES = 1_000
MAX_DOCUMENTS = 5_000
MAX_CHUNKS = 50_000
"""As measured, a question is still answered quickly beside so many."""
MAX_BYTES = 2 * 1024**3


def require_size(content: bytes, name: str) -> None:
    """Raises BadRequest or TooBig."""
    if not content:
        raise BadRequest(f"The file {name} is empty.")
    if len(content) > MAX_FILE_BYTES:
        raise TooBig(
            f"The file {name} has {len(content) / 1024**2:.0f} MB; at most "
            f"{MAX_FILE_BYTES // 1024**2} MB can be read. Split it, or leave its pictures out."
        )


async def require_room(
    session: WithinTenant, tenant_id: UUID, *, size: int, sources: int = 1, documents: int = 1
) -> None:
    """Raises Conflict, with a sentence, if this much more is more than the business may have."""
    used = await repository.used(session, tenant_id)
    for has, more, most, what in (
        (used.sources, sources, MAX_SOURCES, "sources"),
        (used.documents, documents, MAX_DOCUMENTS, "documents"),
        (used.chunks, 0, MAX_CHUNKS - 1, "pieces of text"),
        (used.size // 1024**2, size // 1024**2, MAX_BYTES // 1024**2, "MB of files"),
    ):
        if has + more > most:
            raise Conflict(
                f"Your business has {has} {what} of knowledge, and at most {most} are kept. "
                "Remove what is not needed any more.",
                code="knowledge_full",
            )
