"""What a scenario is: a fault, what is expected of the product, and a figure that shows it."""

import random
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import psycopg
import redis

from chaos.leaks import Books
from chaos.stage import Stage
from chaos.talkers import be_connected
from tests.support.people import World
from tests.support.processes import Gateway
from tests.support.servers import STACK_DB, Database
from tests.support.tab import Tab
from tests.support.talks import WORD
from tests.support.waiting import eventually

SAID = """
SELECT m.conversation_id, m.role, m.content,
       (SELECT count(*) FROM web_conversation_messages o
         WHERE o.conversation_id = m.conversation_id AND o.reply_to = m.id
           AND o.status <> 'failed')
FROM web_conversation_messages m WHERE m.tenant_id = ANY(%s)
"""


@dataclass(frozen=True)
class Counted:
    """What is stored of the messages of both tenants."""

    messages: int
    lost: int
    doubled: int
    crossings: int


@dataclass
class Act:
    """What a scenario has at hand while it runs. Its people are its own."""

    stage: Stage
    books: Books
    acme: World
    globex: World
    superuser: psycopg.Connection
    chance: random.Random
    figures: Any = field(default_factory=dict)
    """What was measured, by name, the most telling first."""

    @property
    def worlds(self) -> list[World]:
        return [self.acme, self.globex]

    @property
    def database(self) -> Database:
        return self.stage.stack.database

    @property
    def gateways(self) -> list[Gateway]:
        return self.stage.stack.gateways

    def valkey(self) -> redis.Redis:
        """A client of the processes' Valkey, past the proxies."""
        return redis.Redis.from_url(self.stage.servers.redis_url(STACK_DB))

    def count(self, what: str, *values: object) -> int:
        """How many rows: `count("agent_runs WHERE state = %s", "done")`."""
        with psycopg.connect(self.database.superuser_conninfo, autocommit=True) as connection:
            row = connection.execute(f"SELECT count(*) FROM {what}", values).fetchone()  # type: ignore[arg-type]
        return int(row[0]) if row else 0

    async def settled(self, within_s: float = 300.0) -> None:
        """Wait until no run of these tenants is unfinished."""
        ids = [world.id for world in self.worlds]
        unfinished = "agent_runs WHERE tenant_id = ANY(%s) AND state IN ('pending', 'running')"
        await eventually(lambda: self.count(unfinished, ids) == 0, "all is answered", within_s)

    async def be_up_to_date(self, tab: Tab) -> None:
        """Have the tab told all there is: wait for what is unfinished, then connect it anew."""
        await self.settled()
        if tab.client is not None:
            tab.cut()
        await be_connected(tab, self.gateways[0])

    def count_messages(self) -> Counted:
        """Lost: a user's message without an outcome. Doubled: with more than one that is good.
        Crossing: a word of one conversation that stands in another."""
        ids = [world.id for world in self.worlds]
        with psycopg.connect(self.database.superuser_conninfo, autocommit=True) as connection:
            rows = connection.execute(SAID, (ids,)).fetchall()
        words: dict[str, set[Any]] = {}
        for conversation, _, content, _ in rows:
            for word in WORD.findall(content):
                words.setdefault(word, set()).add(conversation)
        outcomes = [good for _, role, _, good in rows if role == "user"]
        return Counted(
            messages=len(outcomes),
            lost=outcomes.count(0),
            doubled=sum(good > 1 for good in outcomes),
            crossings=sum(len(where) > 1 for where in words.values()),
        )


Body = Callable[[Act], Awaitable[None]]


@dataclass(frozen=True)
class Scenario:
    """One row's fault, tried in one way."""

    row: int
    name: str
    expected: str
    body: Body
    within_s: float

    @property
    def what(self) -> str:
        return (self.body.__doc__ or "").strip().splitlines()[0]


class Programme:
    """Every scenario by its name, in the order of their rows."""

    def __init__(self) -> None:
        self._scenarios: list[Scenario] = []

    def __iter__(self) -> Iterator[Scenario]:
        return iter(sorted(self._scenarios, key=lambda scenario: scenario.row))

    def scenario(
        self, row: int, expected: str, *, within_s: float = 120.0
    ) -> Callable[[Body], Body]:
        """Register the function under its name; its docstring's first line says what is done."""

        def register(body: Body) -> Body:
            name = body.__name__.replace("_", "-")
            self._scenarios.append(Scenario(row, name, expected, body, within_s))
            return body

        return register


programme = Programme()
scenario = programme.scenario
