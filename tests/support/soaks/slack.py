"""Slack, soaked: two businesses share the operator's app, and one of them has an app of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import psycopg
from orchestrator.channels.adapter import Keys
from orchestrator.scripted_channel import How
from orchestrator.scripted_slack import ScriptedSlack, Workspace, people

from tests.support.breakable_stack import PLATFORMS
from tests.support.people import World
from tests.support.soaks.soak import Crowd, Order, Soak, connected

APP_SECRET = PLATFORMS["slack"]["KONSTRUCT_SLACK_SIGNING_SECRET"]
SPEED = 60.0
"""Slack's minute is a second here."""


@dataclass
class SlackCrowd(Crowd):
    workspace: Workspace = field(kw_only=True)

    def say(self, place: str, text: str, how: How) -> str:
        return str(people.say(self.workspace, place, text, how)["ts"])

    def release(self, order: Order, seed: int) -> int:
        return self.workspace.installation.app.dispatch.release(order, seed=seed)

    def redeliver(self, share: float, new_ids: float) -> int:
        return self.workspace.installation.app.dispatch.redeliver(share, new_ids)

    async def all_taken(self, within_s: float) -> None:
        await self.workspace.installation.app.dispatch.all_taken(within_s)

    def arrived(self) -> Sequence[tuple[str, str]]:
        return [
            (each["channel"], each["metadata"]["event_payload"]["delivery"])
            for each in self.workspace.received
        ]


class SlackSoak(Soak):
    channel = "slack"
    ways = ("ask", "ask", "ask")

    def __init__(self, port: int) -> None:
        self._platform = ScriptedSlack(port=port)
        self._platform.clock.speed = SPEED

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        self._platform.app("the-operators", signing_secret=APP_SECRET)
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
        is_second = world.slug in self._platform.workspaces
        name = f"{world.slug}-own" if is_second else world.slug
        workspace = self._platform.workspace(name, app=None if is_second else "the-operators")
        app = workspace.installation.app
        given = {"bot_token": workspace.installation.token}
        if is_second:
            given["signing_secret"] = app.signing_secret
        connection_id = await connected(world, self.channel, given)
        path = connection_id if is_second else "events"
        urls = [f"{gateway}/channels/slack/{path}" for gateway in gateways]
        app.dispatch.url, app.dispatch.other_urls = urls[0], urls[1:]
        app.dispatch.delayed = True
        return SlackCrowd(
            world, superuser, connection_id, self.channel, places, keys, workspace=workspace
        )
