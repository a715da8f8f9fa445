"""A document's way from its bytes to what is searched, as the job that reads it goes it.

Each revision becomes a version beside the one that is searched, and takes its place in one update.
An attempt owns the version that it makes: another attempt, a newer revision or a removed document
end it with `Superseded`, and nothing of it is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

import orjson
from sqlalchemy import text

from shared.db import TenantSession
from shared.knowledge.lexemes import SIMPLE, configuration, lexemes, words_of
from shared.model_tokens import tokens_of
from shared.valkey.publish import publish_changed

CHUNKS_AT_ONCE = 100


class Superseded(Exception):
    """What this attempt reads is not wanted any more: it was removed, or there is a newer one."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One attempt at a revision. `given` is the text if a person wrote it, else `content` are the
    bytes it is in."""

    tenant_id: UUID
    document_id: UUID
    version: int
    maker: UUID
    title: str
    mime: str
    content: bytes
    given: str | None
    language: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk to be indexed; `start` and `end` are its characters in the document's text."""

    n: int
    heading: str
    text: str
    page: int | None
    start: int
    end: int


_BEGIN = text(
    """
    UPDATE knowledge_documents AS document
       SET state = 'parsing', progress = 0, error = NULL, error_code = NULL
     WHERE document.tenant_id = :tenant_id AND document.id = :document_id
       AND document.revision = :version
    RETURNING document.title, coalesce(document.mime, '') AS mime, document.language,
              CASE WHEN document.is_given THEN document.text END AS given,
              (SELECT file.content FROM files AS file
                WHERE file.tenant_id = document.tenant_id AND file.id = document.file_id
                  AND NOT document.is_given) AS content
    """
)
_CLEAR = text(
    """
    DELETE FROM knowledge_versions
     WHERE tenant_id = :tenant_id AND document_id = :document_id AND version = :version
    """
)
_OPEN = text(
    """
    INSERT INTO knowledge_versions (tenant_id, document_id, version, maker, language)
    VALUES (:tenant_id, :document_id, :version, :maker, 'simple')
    """
)
# Whoever changes a document locks its row first, and looks afterwards.
_LOCK = text(
    """
    SELECT document.id FROM knowledge_documents AS document
     WHERE document.tenant_id = :tenant_id AND document.id = :document_id
       AND document.revision = :version
       FOR NO KEY UPDATE
    """
)
_MINE = text(
    """
    SELECT FROM knowledge_versions
     WHERE tenant_id = :tenant_id AND document_id = :document_id AND version = :version
       AND maker = :maker
    """
)
_USUAL = text(
    """
    SELECT (SELECT version.language FROM knowledge_versions AS version
             WHERE version.tenant_id = :tenant_id AND version.language <> 'simple'
               AND version.retired_at IS NULL
             GROUP BY version.language ORDER BY sum(version.words) DESC, 1 LIMIT 1) AS of_documents,
           (SELECT own.language FROM channel_settings AS own
             WHERE own.tenant_id = :tenant_id) AS of_business
    """
)
_SPEAKS = text(
    """
    UPDATE knowledge_versions SET language = :configuration
     WHERE tenant_id = :tenant_id AND document_id = :document_id AND version = :version
    """
)
_STATE = text(
    """
    UPDATE knowledge_documents AS document
       SET state = :state, progress = :progress
     WHERE document.tenant_id = :tenant_id AND document.id = :document_id
       AND document.revision = :version
    """
)
_ADD = text(
    f"""
    WITH given AS MATERIALIZED (
        SELECT piece.n, piece.heading, piece.text, piece.page, piece.starts, piece.ends, piece.words
          FROM jsonb_to_recordset(cast(:pieces AS jsonb)) AS piece
               (n integer, heading text, text text, page integer, starts integer, ends integer,
                words text)
    ), kept AS (
        INSERT INTO knowledge_chunks
               (tenant_id, document_id, version, n, heading, text, page, starts, ends)
        SELECT :tenant_id, :document_id, :version, n, heading, text, page, starts, ends FROM given
    ), word AS MATERIALIZED (
        SELECT given.n, found.lexeme, found.count
          FROM given
         CROSS JOIN LATERAL ({lexemes("cast(:configuration AS regconfig)", "given.words")}) AS found
    ), length AS MATERIALIZED (
        SELECT word.n, least(sum(word.count), 32767) AS words FROM word GROUP BY word.n
    ), counted AS (
        UPDATE knowledge_versions
           SET chunks = chunks + (SELECT count(*) FROM given),
               words = words + coalesce((SELECT sum(length.words) FROM length), 0),
               tokens = tokens + :tokens
         WHERE tenant_id = :tenant_id AND document_id = :document_id AND version = :version
    )
    INSERT INTO knowledge_terms AS term
           (tenant_id, lexeme, document_id, version, chunks, counts, lengths)
    SELECT :tenant_id, word.lexeme, :document_id, :version, array_agg(word.n ORDER BY word.n),
           array_agg(word.count ORDER BY word.n), array_agg(length.words ORDER BY word.n)
      FROM word JOIN length USING (n)
     GROUP BY word.lexeme
    ON CONFLICT (tenant_id, lexeme, document_id, version) DO UPDATE
       SET chunks = term.chunks || excluded.chunks, counts = term.counts || excluded.counts,
           lengths = term.lengths || excluded.lengths
    """  # noqa: S608 - of our own constants
)
_SWAP = text(
    """
    UPDATE knowledge_documents AS document
       SET version = document.revision, state = 'indexed', progress = 100,
           text = :text, language = :language,
           pages = :pages, unread_pages = :unread_pages, indexed_at = clock_timestamp()
     WHERE document.tenant_id = :tenant_id AND document.id = :document_id
       AND document.revision = :version
    """
)
_RETIRE = text(
    """
    UPDATE knowledge_versions SET retired_at = clock_timestamp()
     WHERE tenant_id = :tenant_id AND document_id = :document_id AND version <> :version
       AND retired_at IS NULL
    """
)
_FAIL = text(
    """
    UPDATE knowledge_documents AS document
       SET state = 'failed', error_code = :code, error = :sentence
     WHERE document.tenant_id = :tenant_id AND document.id = :document_id
       AND document.revision = :version AND document.state NOT IN ('indexed', 'failed')
    RETURNING document.id
    """
)

_NEWEST = text(
    """
    SELECT revision FROM knowledge_documents
     WHERE tenant_id = :tenant_id AND id = :document_id
    """
)


async def begin(tenant_id: UUID, document_id: UUID, version: int) -> Reading:
    """This attempt at the revision; what an attempt before it wrote is gone. Raises Superseded."""
    maker = uuid4()
    named = {"tenant_id": tenant_id, "document_id": document_id, "version": version}
    async with TenantSession(tenant_id) as session, session.transaction():
        row = (await session.execute(_BEGIN, named)).one_or_none()
        if row is None:
            raise Superseded
        await session.execute(_CLEAR, named)
        await session.execute(_OPEN, named | {"maker": maker})
        session.after_commit(lambda: publish_changed(tenant_id, "knowledge"))
    return Reading(
        tenant_id,
        document_id,
        version,
        maker,
        title=row.title,
        mime=row.mime,
        content=bytes(row.content or b""),
        given=row.given,
        language=row.language,
    )


async def _configuration(tenant_id: UUID, language: str) -> str:
    """A few words do not say their language: most likely it is that of the business's other
    documents, else the business's own."""
    if language != SIMPLE:
        return configuration(language)
    async with TenantSession(tenant_id) as session, session.transaction():
        usual = (await session.execute(_USUAL, {"tenant_id": tenant_id})).one()
    return usual.of_documents or configuration(usual.of_business or "en")


async def index(
    reading: Reading,
    *,
    pieces: Sequence[Piece],
    text: str,
    language: str,
    about: str = "",
    pages: int | None = None,
    unread_pages: Sequence[int] = (),
) -> None:
    """Make the version and let it take the place of the one before. `language` is ISO 639-1, or
    `simple` where it is not known. Each piece is found by what the document is `about` and called,
    too. Raises Superseded."""
    config = await _configuration(reading.tenant_id, language)
    of_all = f"{reading.title}\n{about}"
    for at in range(0, len(pieces), CHUNKS_AT_ONCE):
        batch = pieces[at : at + CHUNKS_AT_ONCE]
        async with TenantSession(reading.tenant_id) as session, session.transaction():
            await _require_mine(session, reading)
            if at == 0:
                await session.execute(_SPEAKS, _named(reading) | {"configuration": config})
            progress = 100 * at // len(pieces)
            told = _named(reading) | {"state": "indexing", "progress": progress}
            await session.execute(_STATE, told)
            written = {
                "pieces": orjson.dumps([_row(piece, of_all) for piece in batch]).decode(),
                "tokens": sum(tokens_of(piece.text) for piece in batch),
                "configuration": config,
            }
            await session.execute(_ADD, _named(reading) | written)
    async with TenantSession(reading.tenant_id) as session, session.transaction():
        await _require_mine(session, reading)
        made = {
            "text": text,
            "language": language,
            "pages": pages,
            "unread_pages": list(unread_pages),
        }
        await session.execute(_SWAP, _named(reading) | made)
        await session.execute(_RETIRE, _named(reading))
        session.after_commit(lambda: publish_changed(reading.tenant_id, "knowledge"))


async def fail(tenant_id: UUID, document_id: UUID, version: int, *, code: str, why: str) -> None:
    """The revision cannot be read; what was searched before still is. `why` is a sentence."""
    named = {"tenant_id": tenant_id, "document_id": document_id, "version": version}
    async with TenantSession(tenant_id) as session, session.transaction():
        told = named | {"code": code, "sentence": why}
        if (await session.execute(_FAIL, told)).first() is None:
            return
        await session.execute(_CLEAR, named)
        session.after_commit(lambda: publish_changed(tenant_id, "knowledge"))


async def give_up(tenant_id: UUID, document_id: UUID, *, code: str, why: str) -> None:
    """Whatever revision is being read is not any more; nothing if none is."""
    named = {"tenant_id": tenant_id, "document_id": document_id}
    async with TenantSession(tenant_id) as session, session.transaction():
        revision = (await session.execute(_NEWEST, named)).scalar_one_or_none()
    if revision is not None:
        await fail(tenant_id, document_id, revision, code=code, why=why)


async def _require_mine(session: TenantSession, reading: Reading) -> None:
    locked = await session.execute(_LOCK, _named(reading))
    mine = await session.execute(_MINE, _named(reading) | {"maker": reading.maker})
    if locked.first() is None or mine.first() is None:
        raise Superseded


def _named(reading: Reading) -> dict[str, object]:
    return {
        "tenant_id": reading.tenant_id,
        "document_id": reading.document_id,
        "version": reading.version,
    }


def _row(piece: Piece, of_all: str) -> dict[str, object]:
    return {
        "n": piece.n,
        "heading": piece.heading,
        "text": piece.text,
        "page": piece.page,
        "starts": piece.start,
        "ends": piece.end,
        "words": words_of(f"{of_all}\n{piece.heading}\n{piece.text}"),
    }
