"""Telegram, soaked: two bots are told by webhook, and a worker asks for what the third hears."""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from orchestrator.channels.adapter import Keys
from orchestrator.scripted_channel import How
from orchestrator.scripted_telegram import Bot, ScriptedTelegram

from tests.support.people import World
from tests.support.soaks.soak import Crowd, Order, Soak, connected


@dataclass
class TelegramCrowd(Crowd):
    bot: Bot = field(kw_only=True)

    def say(self, place: str, text: str, how: How) -> str:
        chat = _chat_id(place)
        return f"{chat}:{self.bot.say(chat, text, how)}"

    def release(self, order: Order, seed: int) -> int:
        return self.bot.updates.release(order, seed=seed)

    def redeliver(self, share: float, new_ids: float) -> int:
        return self.bot.updates.redeliver(share, new_ids)

    async def all_taken(self, within_s: float) -> None:
        await self.bot.updates.all_taken(within_s)

    def arrived(self) -> Sequence[tuple[str, str]]:
        """Telegram is told nothing of our ids: each answer in a conversation is another text."""
        known = {
            (place, _without_blanks(text)): id_
            for id_, place, text in self.rows(
                "SELECT delivery.id::text, address.external_id, message.content"
                "  FROM deliveries AS delivery"
                "  JOIN messages AS message ON message.id = delivery.message_id"
                "  JOIN conversations AS its ON its.id = delivery.conversation_id"
                "  JOIN contact_addresses AS address ON address.contact_id = its.contact_id"
                " WHERE delivery.tenant_id = %s AND delivery.connection_id = %s",
                self.connection_id,
            )
        }
        return [
            (took.place, known[took.place, _without_blanks(took.text)])
            for took in self.bot.received
        ]


class TelegramSoak(Soak):
    channel = "telegram"
    ways = ("none", "none", "none")

    def __init__(self, port: int) -> None:
        self._platform = ScriptedTelegram(port=port)

    async def crowd(
        self,
        world: World,
        superuser: psycopg.Connection,
        *,
        keys: Keys,
        places: list[str],
        gateways: Sequence[str],
    ) -> Crowd:
        number = len(self._platform.bots)
        bot = self._platform.bot(f"soaked_{number}_bot")
        is_told = number < 2
        given = {"bot_token": bot.token, "receive": "webhook" if is_told else "polling"}
        connection_id = await connected(world, self.channel, given)
        if is_told:
            urls = [f"{gateway}/channels/telegram/{connection_id}" for gateway in gateways]
            bot.updates.url, bot.updates.other_urls = urls[0], urls[1:]
        return TelegramCrowd(world, superuser, connection_id, self.channel, places, keys, bot=bot)


def _chat_id(place: str) -> int:
    return 1_000 + zlib.crc32(place.encode())


def _without_blanks(text: str) -> str:
    return "".join(text.split())
