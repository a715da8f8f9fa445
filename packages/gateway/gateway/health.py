"""`/healthz`: the process lives. `/readyz`: it can serve, which needs PostgreSQL and Valkey."""

import asyncio

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from shared.db import get_engine
from shared.log import get_logger
from sqlalchemy import text

log = get_logger(__name__)

health_router = APIRouter(tags=["health"])

READY_WITHIN_S = 2.0


@health_router.get("/healthz")
async def alive() -> dict[str, str]:
    """Always 200 while the event loop turns."""
    return {"status": "alive"}


@health_router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    """200 if all parts answer, 503 with the ones that do not."""
    state = request.app.state
    parts = {
        "postgresql": await _database_answers(),
        "valkey": state.fanout.hears,
        "accepting": not state.draining,
    }
    ok = all(parts.values())
    return JSONResponse(
        {"status": "ready" if ok else "not ready", **parts}, status_code=200 if ok else 503
    )


async def _database_answers() -> bool:
    try:
        async with asyncio.timeout(READY_WITHIN_S), get_engine().connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        log.warning("database_not_ready", error=type(error).__name__)
        return False
    return True
