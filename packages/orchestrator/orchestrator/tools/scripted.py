"""Two tools that act on the scripted service: one hands it our key, the other has none to hand.

They show what happens to effects outside our database. They exist for development alone, with
KONSTRUCT_DEVELOPMENT_CHANNELS on; KONSTRUCT_SCRIPTED_SERVICE_URL says where the service is.
"""

from http import HTTPStatus
from typing import Any

import aiohttp
from shared.config import settings

from orchestrator.llm import AgentDeps, RunContext, Tool, ToolRefused


async def order(ctx: RunContext[AgentDeps], item: str) -> Any:
    """Order something from the scripted service.

    Args:
        item: What to order.
    """
    key = {"Idempotency-Key": str(ctx.deps.call_id)}
    return await _do("orders", {"item": item}, key)


async def notify(ctx: RunContext[AgentDeps], text: str) -> Any:  # noqa: ARG001 - every tool is given it
    """Put a notice up at the scripted service.

    Args:
        text: What it says.
    """
    return await _do("notices", {"text": text}, {})


async def _do(what: str, body: dict[str, str], headers: dict[str, str]) -> Any:
    url = f"{str(settings.worker.scripted_service_url).rstrip('/')}/{what}"
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, json=body, headers=headers) as response,
    ):
        told = await response.json()
        if response.status == HTTPStatus.UNPROCESSABLE_ENTITY:
            raise ToolRefused(str(told["message"]))
        response.raise_for_status()
        return told


ORDER = Tool("order", "orders something", "keyed", order)
NOTIFY = Tool("notify", "puts a notice up", "once", notify)
