"""Health: `/healthz` (the process lives), `/readyz` (it can serve) and `/metrics`.

Ready means that this gateway can take messages and keep them: PostgreSQL answers and has the tables
and columns we use, Valkey answers and has confirmed our subscriptions, and we are not draining.
Whether workers answer does not count (see `canary`). All gateways share them, so all would leave
the load balancer at once, and people could not even read what is stored.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from shared.config import settings
from shared.db import get_engine
from shared.errors import NotAuthenticated, NotFound
from shared.log import get_logger
from shared.models.schema import missing_columns
from shared.telemetry.exposition import WHO_MAY_SEE, all_well, may_see, render
from shared.telemetry.metrics import recent_lag_s
from sqlalchemy import text

log = get_logger(__name__)

health_router = APIRouter(tags=["health"])

READY_WITHIN_S = 2.0
_asking: "set[asyncio.Task[bool]]" = set()


@health_router.get("/healthz")
async def alive() -> dict[str, str]:
    """Always 200 while the event loop turns."""
    return {"status": "alive"}


@health_router.get("/readyz")
async def ready(request: Request) -> JSONResponse:
    """200 if all parts answer, 503 with the ones that do not."""
    state = request.app.state
    parts: dict[str, Any] = {
        "postgresql": await _in_time(_database_answers()),
        "schema": await _in_time(state.schema_look.has_what_we_use()),
        **gateway_parts(state),
    }
    ok = all_well(parts)
    return JSONResponse(
        {"status": "ready" if ok else "not ready", **parts}, status_code=200 if ok else 503
    )


def gateway_parts(state: Any) -> dict[str, Any]:
    """The state of the parts that can be told without asking a server."""
    return {
        "valkey": state.fanout.hears,
        "subscriptions": state.fanout.is_subscribed,
        "accepting": not state.draining,
        "canary": state.canary and state.canary.seen(),
        "lag_s": recent_lag_s(),
    }


@health_router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """The figures, on the port people use, for the holder of the token alone. Without one they are
    on `KONSTRUCT_METRICS_PORT` only: behind a reverse proxy every caller looks local."""
    if settings.telemetry.metrics_token is None:
        raise NotFound(
            "Figures are shown here once KONSTRUCT_METRICS_TOKEN is set, or on a port of their "
            "own with KONSTRUCT_METRICS_PORT."
        )
    if not may_see(request.headers.get("authorization"), settings.telemetry.metrics_token):
        raise NotAuthenticated(WHO_MAY_SEE)
    body, content_type = await asyncio.to_thread(render, request.headers.get("accept"))
    return Response(body, headers={"Content-Type": content_type})


class SchemaLook:
    """Whether the database has every table and column this code uses. Once it has, it is not asked
    again."""

    def __init__(self) -> None:
        self._complete = False

    async def has_what_we_use(self) -> bool:
        if self._complete:
            return True
        try:
            async with get_engine().connect() as connection:
                missing = await missing_columns(connection)
        except Exception as error:
            log.warning("schema_not_seen", error=type(error).__name__)
            return False
        if missing:
            log.warning("schema_incomplete", missing=missing)
        self._complete = not missing
        return self._complete


async def _in_time(asking: Coroutine[Any, Any, bool]) -> bool:
    """The result of `asking`, or False if it takes too long. A silent connection takes longer to
    close than any probe waits, so we do not wait for that."""
    task = asyncio.create_task(asking)
    _asking.add(task)
    task.add_done_callback(_asking.discard)
    await asyncio.wait({task}, timeout=READY_WITHIN_S)
    if task.done():
        return task.result()
    task.cancel()
    return False


async def _database_answers() -> bool:
    try:
        async with get_engine().connect() as connection:
            await connection.execute(text("SELECT 1"))
    except Exception as error:
        log.warning("database_not_ready", error=type(error).__name__)
        return False
    return True
