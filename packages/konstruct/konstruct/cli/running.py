"""Runs a command's coroutine, and turns a server's errors into a sentence."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

Result = TypeVar("Result")


def run(work: Coroutine[object, object, Result]) -> Result:
    """Run it to its end and close all connections. Raises KonstructError."""
    return asyncio.run(_with_connections(work))


async def _with_connections(work: Coroutine[object, object, Result]) -> Result:
    from shared.db.engine import dispose_engine
    from shared.valkey.client import close_redis

    from konstruct.database_errors import DATABASE_ERRORS, as_sentence

    try:
        return await work
    except DATABASE_ERRORS as error:
        raise as_sentence(error) from error
    finally:
        await dispose_engine()
        await close_redis()
