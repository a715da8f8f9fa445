"""The job that reads a document of what a business knows."""

import asyncio
from uuid import UUID

from shared.knowledge import indexing
from shared.knowledge.indexing import Piece, Reading, Superseded

from orchestrator.jobs.work import JobFailed, Result, Work
from orchestrator.knowledge.chunking import chunks_of
from orchestrator.knowledge.parse import parse
from orchestrator.knowledge.parsed import Parsed, ParseFailed, parsed_from

GAVE_UP = "It took too long to read, several times. Split it into smaller parts, or try it again."


async def read(work: Work) -> Result:
    """A revision of a document is read and found from then on, or says why it cannot be."""
    revision = int(work.args["revision"])
    try:
        reading = await indexing.begin(work.tenant_id, work.subject, revision)
        parsed = await _parsed(reading)
        pieces = await asyncio.to_thread(_pieces, parsed)
        await indexing.index(
            reading,
            pieces=pieces,
            text=parsed.text,
            language=parsed.language,
            about=parsed.title,
            pages=parsed.pages,
            unread_pages=parsed.unread_pages,
        )
    except Superseded:
        return {"superseded": True}
    except ParseFailed as error:
        await indexing.fail(
            work.tenant_id, work.subject, revision, code=error.code, why=error.sentence
        )
        raise JobFailed(error.code, error.sentence) from None
    return {"chunks": len(pieces)}


async def _parsed(reading: Reading) -> Parsed:
    """Raises ParseFailed."""
    if reading.given is None:
        return await parse(reading.content, reading.title, reading.mime)
    return await asyncio.to_thread(
        parsed_from, reading.given, reading.title, language=reading.language
    )


def _pieces(parsed: Parsed) -> list[Piece]:
    if not (chunks := chunks_of(parsed)):
        raise ParseFailed("empty", "There is no text in it.")
    return [
        Piece(each.n, each.heading, each.text, each.page, each.start, each.end) for each in chunks
    ]


async def give_up(tenant_id: UUID, document_id: UUID) -> None:
    """A document whose job has failed for good says so."""
    await indexing.give_up(tenant_id, document_id, code="gave_up", why=GAVE_UP)
