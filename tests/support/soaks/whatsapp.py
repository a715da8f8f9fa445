"""WhatsApp, soaked: two businesses share the operator's app, and one of them has an app of its own.

Reports of what was sent come in beside what people write.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import psycopg
from orchestrator.channels.adapter import Keys
from orchestrator.scripted_channel import How
from orchestrator.scripted_whatsapp import Number, ScriptedWhatsApp

from tests.support.breakable_stack import PLATFORMS
from tests.support.people import World
from tests.support.soaks.soak import Crowd, Order, Soak, connected

APP_SECRET = PLATFORMS["whatsapp"]["KONSTRUCT_WHATSAPP_APP_SECRET"]


@dataclass
class WhatsAppCrowd(Crowd):
    number: Number = field(kw_only=True)

    def say(self, place: str, text: str, how: How) -> str:
        return self.number.say(place, text, how)

    def release(self, order: Order, seed: int) -> int:
        return self.number.webhooks.release(order, seed=seed)

    def redeliver(self, share: float, new_ids: float) -> int:
        return self.number.webhooks.redeliver(share, new_ids)

    async def all_taken(self, within_s: float) -> None:
        await self.number.webhooks.all_taken(within_s)

    def arrived(self) -> Sequence[tuple[str, str]]:
        return [(took.person, took.key or "") for took in self.number.received]


class WhatsAppSoak(Soak):
    channel = "whatsapp"
    ways = ("report", "report", "report")

    def __init__(self, port: int) -> None:
        self._platform = ScriptedWhatsApp(port=port)

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._platform.app("the-operators", secret=APP_SECRET)
        return self

    async def crowd(
        self,
        world: World,
        superuser: psycopg.Connection,
        *,
        keys: Keys,
        places: list[str],
        gateways: Sequence[str],
    ) -> Crowd:
        count = len(self._platform.numbers)
        has_own_app = count == 2
        app = "its-own" if has_own_app else "the-operators"
        number = self._platform.number(str(10**9 + count), app=app, reports=("delivered", "sent"))
        given = {
            "phone_number_id": number.phone_number_id,
            "access_token": number.access_token,
            "waba_id": number.waba,
        }
        if has_own_app:
            given["app_secret"] = number.app.secret
        connection_id = await connected(world, self.channel, given)
        path = connection_id if has_own_app else "events"
        urls = [f"{gateway}/channels/whatsapp/{path}" for gateway in gateways]
        number.webhooks.url, number.webhooks.other_urls = urls[0], urls[1:]
        return WhatsAppCrowd(
            world, superuser, connection_id, self.channel, places, keys, number=number
        )
