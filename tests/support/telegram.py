"""A bot on the scripted Telegram, connected to a tenant, for tests of this channel."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import aiohttp
from orchestrator.channels.adapter import Line
from orchestrator.channels.telegram.adapter import TelegramAdapter
from orchestrator.scripted_telegram import Bot, ScriptedTelegram
from shared.channels.accounts import Account
from shared.config import get_settings

ADAPTER = TelegramAdapter()


@asynccontextmanager
async def scripted_telegram(settings: Any) -> AsyncIterator[ScriptedTelegram]:
    """The platform, with this process's settings pointing at it."""
    async with ScriptedTelegram() as platform:
        settings.setenv("KONSTRUCT_DEVELOPMENT_CHANNELS", "true")
        settings.setenv("KONSTRUCT_TELEGRAM_API_URL", platform.base_url)
        get_settings.cache_clear()
        yield platform


def account_of(bot: Bot, **settings: Any) -> Account:
    """The bot as it is once it was proved."""
    known = {"own_id": str(bot.id), "username": bot.username, "receive": "webhook"}
    return Account(
        id=uuid4(),
        tenant_id=UUID(int=1),
        agent_id=None,
        channel="telegram",
        external_key=str(bot.id),
        state="live",
        credentials={"bot_token": bot.token},
        settings=known | settings,
    )


@dataclass(frozen=True)
class Spoken:
    """The adapter with a line to a bot, and no database."""

    bot: Bot
    line: Line

    async def send(self, place: str, markdown: str) -> list[Any]:
        parts = ADAPTER.render(markdown)
        return [await ADAPTER.send(part, place, uuid4(), self.line) for part in parts]


@asynccontextmanager
async def spoken(bot: Bot, **settings: Any) -> AsyncIterator[Spoken]:
    async with aiohttp.ClientSession() as http:
        yield Spoken(bot, Line(account_of(bot, **settings), http))
