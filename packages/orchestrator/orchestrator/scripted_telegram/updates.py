"""A bot's updates: kept until they are taken, by its webhook or by whoever polls, never both.

To a webhook the updates of one chat go one after the other, each when the one before was taken or
a 2xx came; those of different chats do not wait for each other. What is not taken comes again,
first at once, then after pauses that double; here they are shorter than Telegram's. Who polls
says by `offset` what was taken. What is lost, doubled, delayed or held is told by `How`.
"""

import asyncio
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal

import aiohttp
import orjson

from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_telegram.refusals import conflict

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
TAKEN_WITHIN_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.1, 2.0
HIGHEST_RETRY_AFTER_S = 3600.0
WEBHOOK_ACTIVE = (
    "can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
    "webhook first"
)
TERMINATED = (
    "terminated by other getUpdates request; make sure that only one bot instance is running"
)


@dataclass(eq=False)
class Update:
    chat: int
    id: int
    kind: str
    body: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.body}


class Updates:
    """One bot's."""

    def __init__(self, first_id: int) -> None:
        self.url = ""
        self.secret = ""
        self.allowed: list[str] = []
        self.max_connections = 40
        self.other_urls: list[str] = []
        """Of the same service: where one does not answer, the next is tried."""
        self.last_error: tuple[int, str] | None = None
        self.counts: Counter[str] = Counter()
        """posted, taken, refused (with the status), lost, polled."""
        self._next_id = first_id
        self._waiting: dict[int, deque[Update]] = {}
        self._held: list[Update] = []
        self._past: list[Update] = []
        self._news = asyncio.Event()
        self._polls = 0
        self._by_chat: dict[int, asyncio.Task[None]] = {}
        self._under_way: set[asyncio.Task[Any]] = set()
        self._room = asyncio.Semaphore(self.max_connections)
        self._session: aiohttp.ClientSession | None = None

    # ── what happens ───────────────────────────────────────────────────────────────────────────

    def add(self, chat: int, kind: str, body: dict[str, Any], how: How) -> None:
        if self.allowed and kind not in self.allowed:
            return
        update = Update(chat, self._new_id(), kind, body)
        self._past.append(update)
        if how.lose:
            self.counts["lost"] += 1
        elif how.hold:
            self._held.append(update)
        elif how.delay_s:
            self._begin(self._later(update, how.delay_s))
        else:
            self._put(update)
        if how.twice and not how.lose:
            self._put_again(update, new_id=how.twice == "new")

    def release(self, order: Literal["as_said", "reversed", "shuffled"], seed: int = 1) -> int:
        """Deliver what is held, in this order; how many."""
        held, self._held = self._held, []
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(held)  # noqa: S311 - a test's
        for update in held:
            if not self.url:  # who polls gets ids that only grow
                update.id = self._new_id()
            self._put(update)
        return len(held)

    def redeliver(self, share: float, new_ids: float, seed: int = 1) -> int:
        """Deliver a share of all past updates again, some of them under new ids; how many."""
        chance = random.Random(seed)  # noqa: S311 - a test's
        chosen = [update for update in self._past if chance.random() < share]
        chance.shuffle(chosen)
        for update in chosen:
            self._put_again(update, new_id=chance.random() < new_ids)
        return len(chosen)

    @property
    def pending(self) -> int:
        return sum(map(len, self._waiting.values()))

    @property
    def outstanding(self) -> int:
        """Not taken yet, without those held."""
        return self.pending + len(self._under_way) - len(self._by_chat)

    async def all_taken(self, within_s: float) -> None:
        """Wait until nothing is outstanding. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while self._waiting or self._under_way:  # noqa: ASYNC110 - a test's wait
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    # ── a webhook ──────────────────────────────────────────────────────────────────────────────

    def set_webhook(
        self, url: str, *, secret: str, allowed: Sequence[str] | None, drop_pending: bool
    ) -> None:
        """An empty `url` deletes it."""
        self.url, self.secret = url, secret
        if allowed is not None:
            self.allowed = list(allowed)
        if drop_pending:
            self._waiting.clear()
        self.last_error = None
        if url:
            self._news.set()  # whoever polls is told to go
            for chat in list(self._waiting):
                self._serve(chat)

    def _put(self, update: Update) -> None:
        self._waiting.setdefault(update.chat, deque()).append(update)
        if self.url:
            self._serve(update.chat)
        else:
            self._news.set()

    def _put_again(self, update: Update, *, new_id: bool) -> None:
        again = Update(update.chat, update.id, update.kind, update.body)
        if new_id or not self.url:
            again.id = self._new_id()
        if self.url:
            self._begin(self._deliver(again))  # beside what waits
        else:
            self._put(again)

    def _serve(self, chat: int) -> None:
        if chat not in self._by_chat:
            self._by_chat[chat] = self._begin(self._work_off(chat))

    async def _work_off(self, chat: int) -> None:
        try:
            while self.url and (waiting := self._waiting.get(chat)):
                first = waiting[0]
                if await self._deliver(first):
                    self._forget({first}.__contains__, chat)
        finally:
            del self._by_chat[chat]

    def _forget(self, which: Callable[[Update], bool], *chats: int) -> int:
        """How many of those that wait in these chats are such, and wait no more."""
        forgotten = 0
        for chat in chats:
            waiting = self._waiting.pop(chat, deque())
            kept = deque(update for update in waiting if not which(update))
            forgotten += len(waiting) - len(kept)
            if kept:
                self._waiting[chat] = kept
        return forgotten

    async def _deliver(self, update: Update) -> bool:
        """Until it is taken, or there is no webhook any more."""
        self.counts["posted"] += 1
        body = orjson.dumps(update.as_json())
        pause_s = 0.0
        while self.url:
            status, wait_s = await self.send(body)
            if status is not None and 200 <= status < 300:
                self.counts["taken"] += 1
                return True
            self.counts[f"refused {status}"] += 1
            why = f"Wrong response from the webhook: {status}" if status else "Connection refused"
            self.last_error = int(time.time()), why
            if status is None and self.other_urls:
                self.other_urls.append(self.url)
                self.url = self.other_urls.pop(0)
            await asyncio.sleep(pause_s if wait_s is None else wait_s)
            pause_s = min(max(FIRST_PAUSE_S, pause_s * 2), LONGEST_PAUSE_S)
        return False

    async def send(
        self, body: bytes, headers: dict[str, str] | None = None
    ) -> tuple[int | None, float | None]:
        """One request: its status, or None if no answer came, and for how long we are told to
        wait. With the secret, unless other headers are given."""
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TAKEN_WITHIN_S)
            self._session = aiohttp.ClientSession(timeout=timeout)
        proof = {SECRET_HEADER: self.secret} if self.secret else {}
        said = {"Content-Type": "application/json"} | (proof if headers is None else headers)
        try:
            async with self._room, self._session.post(self.url, data=body, headers=said) as answer:
                await answer.read()
                asked = answer.headers.get("Retry-After", "")
                wait_s = min(float(asked), HIGHEST_RETRY_AFTER_S) if asked.isdigit() else None
                return answer.status, wait_s
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None, None

    # ── polling ────────────────────────────────────────────────────────────────────────────────

    async def poll(self, offset: int, limit: int, timeout_s: float) -> list[dict[str, Any]]:
        """What is not taken yet, from `offset` on; what is before was taken. Waits for the first.
        Raises Refusal if there is a webhook, or when another polls."""
        if self.url:
            raise conflict(WEBHOOK_ACTIVE)
        self._polls += 1
        mine, until = self._polls, time.monotonic() + timeout_s
        self._news.set()
        await asyncio.sleep(0)
        if offset:
            taken = self._forget(lambda update: update.id < offset, *self._waiting)
            self.counts["taken"] += taken
        while True:
            if mine != self._polls:
                raise conflict(TERMINATED)
            if self.url:
                raise conflict(WEBHOOK_ACTIVE)
            if self._waiting or (left_s := until - time.monotonic()) <= 0:
                self.counts["polled"] += 1
                waiting = chain.from_iterable(self._waiting.values())
                wanted = sorted(waiting, key=lambda update: update.id)[:limit]
                return [update.as_json() for update in wanted]
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), left_s)
            except TimeoutError:
                continue

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id

    async def _later(self, update: Update, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        if not self.url:
            update.id = self._new_id()
        self._put(update)

    def _begin(self, work: Any) -> "asyncio.Task[Any]":
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task
