"""The gateway: what browsers and channels talk to. Composition only.

Importing this needs no server. Everything is opened when the application starts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from shared.api import (
    account_router,
    agent_dismissals_router,
    agent_versions_router,
    agents_router,
    answers_router,
    attention_router,
    auth_router,
    channel_settings_router,
    channels_router,
    chat_router,
    files_router,
    hours_router,
    inbox_router,
    invitations_router,
    knowledge_gaps_router,
    knowledge_router,
    llm_keys_router,
    me_router,
    people_router,
    setup_router,
    templates_router,
    tenants_router,
)
from shared.background import end
from shared.config import settings
from shared.db import get_engine
from shared.db.engine import await_wall, dispose_engine
from shared.errors import KonstructError
from shared.gc_tuning import settle
from shared.misspelt import warn_of_misspelt_settings
from shared.redis_keys import access_revoked_key, account_changed_key
from shared.secrets.verifying import require_verify_ring
from shared.telemetry.exposition import expose
from shared.telemetry.metrics import watch_loop_lag
from shared.telemetry.tracing import start_tracing, stop_tracing
from shared.valkey.batch import get_batch
from shared.valkey.client import close_redis
from starlette.types import Receive, Scope, Send

from gateway.answers import as_get, with_headers
from gateway.api_docs import api_docs_router
from gateway.body_limit import BodyLimit
from gateway.canary import Canary
from gateway.changed_accounts import ChangedAccounts
from gateway.channels.news import news_router
from gateway.channels.readers import CHANNEL_ROUTERS
from gateway.channels.web import web_chat_router
from gateway.channels.widget.calls import visits_router
from gateway.channels.widget.pages import door_router
from gateway.errors import add_error_handlers
from gateway.health import SchemaLook, gateway_parts, health_router
from gateway.metrics import CANARY_OUT, CANARY_UP, SOCKETS
from gateway.portal import portal_router
from gateway.realtime.fanout import Fanout
from gateway.realtime.sockets import Sockets
from gateway.revocations import Revocations

OUTBOX_S = 2.0
"""Seconds for the nudges of the last messages to leave."""


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Check that row-level security binds us, start listening, and close everything at the end."""
    try:
        settings.identity.require_signing_key()
        warn_of_misspelt_settings()
        start_tracing("konstruct-gateway")
        await await_wall(get_engine())
        await require_verify_ring()
    except KonstructError as error:
        app.state.refusal = error
        raise
    fanout: Fanout = app.state.fanout
    fanout.follow(access_revoked_key(), Revocations(app.state.sockets))
    fanout.follow(account_changed_key(), ChangedAccounts())
    canary = app.state.canary = Canary()
    fanout.follow(canary.channel, canary)
    await fanout.start()
    CANARY_UP.set_function(lambda: float(canary.state != "red"))
    CANARY_OUT.set_function(canary.out_s)
    settle()
    SOCKETS.set_function(app.state.sockets.__len__)
    watching = [
        asyncio.create_task(watch_loop_lag(), name="lag"),
        asyncio.create_task(canary.keep_flying(), name="canary"),
    ]
    exposition = expose(lambda: gateway_parts(app.state))
    try:
        yield
    finally:
        if exposition is not None:
            await asyncio.to_thread(exposition.stop)
        await end(*watching)
        await fanout.stop()
        await get_batch().empty(OUTBOX_S)
        await close_redis()
        await dispose_engine()
        await asyncio.to_thread(stop_tracing)


class GatewayApp(FastAPI):
    """FastAPI for requests, with the headers of `answers.py` on every response. Sockets go straight
    to their route, because every layer a socket's request passes would stay in memory with it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            send = with_headers(send)
            if scope["method"] == "HEAD":
                scope, send = as_get(scope, send)
        if scope["type"] != "websocket":
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self.router(scope, receive, send)


def create_app() -> FastAPI:
    app = GatewayApp(
        title="Konstruct",
        version="0.1.0",
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,  # generated clients use this name
        docs_url=None,  # FastAPI's own page runs a public CDN's scripts; see api_docs.py
        redoc_url=None,
        openapi_url=None,
    )
    app.state.fanout = Fanout()
    app.state.sockets = Sockets()
    app.state.canary = None
    app.state.refusal = None
    app.state.schema_look = SchemaLook()
    app.state.draining = False
    add_error_handlers(app)
    app.add_middleware(BodyLimit)
    for router in (
        health_router,
        auth_router,
        account_router,
        me_router,
        tenants_router,
        people_router,
        channel_settings_router,
        files_router,
        inbox_router,
        attention_router,
        invitations_router,
        llm_keys_router,
        agents_router,
        answers_router,
        agent_dismissals_router,
        agent_versions_router,
        hours_router,
        templates_router,
        setup_router,
        channels_router,
        knowledge_router,
        knowledge_gaps_router,
        chat_router,
        web_chat_router,
        news_router,
        visits_router,
        door_router,
        *CHANNEL_ROUTERS.values(),
        api_docs_router,
        portal_router,
    ):
        app.include_router(router)
    return app


app = create_app()
