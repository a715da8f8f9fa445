"""The scripted platform, soaked."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg
from orchestrator.channels.adapter import Keys
from orchestrator.scripted_channel import Account, How, ScriptedChannel

from tests.support.people import World
from tests.support.soaks.soak import Crowd, Order, Soak, connected


@dataclass
class ScriptedCrowd(Crowd):
    account: Account = field(kw_only=True)

    def say(self, place: str, text: str, how: How) -> str:
        return self.account.say(place, text, how)

    def release(self, order: Order, seed: int) -> int:
        return self.account.webhooks.release(order, seed=seed)

    def redeliver(self, share: float, new_ids: float) -> int:
        return self.account.webhooks.redeliver(share, new_ids)

    async def all_taken(self, within_s: float) -> None:
        await self.account.webhooks.all_taken(within_s)

    def arrived(self) -> Sequence[tuple[str, str]]:
        return [(took.place, took.key or "") for took in self.account.received]


class ScriptedSoak(Soak):
    channel = "scripted"
    ways = ("repeat", "ask", "none")

    def __init__(self, port: int) -> None:
        self._platform = ScriptedChannel(port=port)

    async def crowd(
        self,
        world: World,
        superuser: psycopg.Connection,
        *,
        keys: Keys,
        places: list[str],
        gateways: Sequence[str],
    ) -> Crowd:
        account = self._platform.account(f"{world.slug}-{keys}", keys=keys)
        given = {
            "api_token": account.token,
            "signing_secret": account.webhooks.secret,
            "keys": keys,
        }
        connection_id = await connected(world, self.channel, given)
        urls = [f"{gateway}/channels/scripted/{connection_id}" for gateway in gateways]
        account.webhooks.url, account.webhooks.other_urls = urls[0], urls[1:]
        return ScriptedCrowd(
            world, superuser, connection_id, self.channel, places, keys, account=account
        )
