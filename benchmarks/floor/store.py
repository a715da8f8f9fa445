"""The floor's three writes: each one durable transaction of a tenant, sent in one round trip."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool

POOL_SIZE = 10

Pool = AsyncConnectionPool[AsyncConnection]


def open_pool() -> Pool:
    """To be used as `async with`."""
    return AsyncConnectionPool(
        os.environ["KONSTRUCT_DATABASE_URL"],
        min_size=POOL_SIZE,
        max_size=POOL_SIZE,
        kwargs={"autocommit": True},
        open=False,
    )


@asynccontextmanager
async def _transaction(pool: Pool, tenant_id: str) -> AsyncIterator[AsyncConnection]:
    """What is executed in it is sent at its end; nothing waits for a statement's own result."""
    async with pool.connection() as connection, connection.pipeline():
        await connection.execute("BEGIN")
        await connection.execute("SELECT set_config('app.current_tenant', %s, true)", [tenant_id])
        yield connection
        await connection.execute("COMMIT")


async def store_message(
    pool: Pool, tenant_id: str, conversation_id: str, message_id: str, text: str
) -> None:
    """A person's message and the run that shall answer it."""
    async with _transaction(pool, tenant_id) as connection:
        await connection.execute(
            "INSERT INTO floor.messages (id, tenant_id, conversation_id, role, content)"
            " VALUES (%s, %s, %s, 'user', %s)",
            [message_id, tenant_id, conversation_id, text],
        )
        await connection.execute(
            "INSERT INTO floor.runs (tenant_id, message_id) VALUES (%s, %s)",
            [tenant_id, message_id],
        )


async def claim(pool: Pool, tenant_id: str, message_id: str) -> str | None:
    """The text to answer, if nobody else has the run."""
    async with _transaction(pool, tenant_id) as connection:
        claimed = await connection.execute(
            "UPDATE floor.runs SET state = 'running'"
            " WHERE message_id = %s AND state = 'pending' RETURNING id",
            [message_id],
        )
        message = await connection.execute(
            "SELECT content FROM floor.messages WHERE id = %s", [message_id]
        )
    if await claimed.fetchone() is None:
        return None
    row = await message.fetchone()
    return row[0] if row else None


async def store_answer(
    pool: Pool, tenant_id: str, conversation_id: str, reply_to: str, text: str
) -> None:
    """The answer, and that its run is done."""
    async with _transaction(pool, tenant_id) as connection:
        await connection.execute(
            "UPDATE floor.runs SET state = 'done' WHERE message_id = %s", [reply_to]
        )
        await connection.execute(
            "INSERT INTO floor.messages (id, tenant_id, conversation_id, role, content, reply_to)"
            " VALUES (gen_random_uuid(), %s, %s, 'assistant', %s, %s)",
            [tenant_id, conversation_id, text, reply_to],
        )
