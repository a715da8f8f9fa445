"""The scripted platform's webhooks: signed, tried again, and as unreliable as it is told.

Events of one place go out in order, each when the one before was taken (200) or given up; those of
different places do not wait for each other. What is lost, doubled, delayed or held is told by
`How`, event by event.
"""

import asyncio
import hashlib
import hmac
import random
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count, islice
from typing import Any, Literal
from uuid import uuid4

import aiohttp
import orjson

TAKEN_WITHIN_S = 5.0
FIRST_RETRY_S = 0.1
LONGEST_RETRY_S = 2.0
GIVE_UP_AFTER_S = 120.0
AT_ONCE = 32
MOST_AT_ONCE = 100
"""Events that are given out to one who asks."""

_deliveries = count(1)


def sign(secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """The headers that prove a request's origin: HMAC-SHA256 over `v1:<time>:<body>`."""
    said = str(int(time.time() if at is None else at))
    proof = hmac.new(secret.encode(), f"v1:{said}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Scripted-Timestamp": said, "X-Scripted-Signature": f"v1={proof}"}


@dataclass(frozen=True, slots=True)
class How:
    """How one event is delivered."""

    lose: bool = False
    """Not at all, until it is delivered again."""
    twice: Literal["same", "new"] | None = None
    """Once more at the same time, under the same delivery id or a new one."""
    delay_s: float = 0.0
    hold: bool = False
    """Not before `release`."""


class Webhooks:
    """One account's. `url` may be set later: nothing is posted before."""

    def __init__(self, account: str, secret: str, *, ordered: bool = True) -> None:
        self.account = account
        self.secret = secret
        self.url: str | None = None
        self.other_urls: list[str] = []
        """Of the same service: where one does not answer, the next is tried."""
        self.polled = False
        """Events are kept for whoever asks, and posted to nobody."""
        self.ordered = ordered
        self.counts: Counter[str] = Counter()
        """posted, taken, refused (with the status), given_up, lost."""
        self.asked_for = 0
        """Requests for news that wait for an answer."""
        self._feed: list[dict[str, Any]] = []
        self._news = asyncio.Event()
        self._queues: defaultdict[str, asyncio.Queue[dict[str, Any]]] = defaultdict(asyncio.Queue)
        self._held: list[dict[str, Any]] = []
        self._past: list[dict[str, Any]] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._by_place: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    def post(self, event: dict[str, Any], how: How) -> None:
        """Deliver it, soon."""
        event = event | {"delivery": f"d-{next(_deliveries):06}"}
        self._past.append(event)
        if how.lose:
            self.counts["lost"] += 1
        elif how.hold:
            self._held.append(event)
        elif how.delay_s:
            self._begin(self._later(event, how.delay_s))
        else:
            self._put(event)
        if how.twice:
            self._begin(self._deliver(_again(event, new_id=how.twice == "new")))

    def release(self, order: Literal["as_said", "reversed", "shuffled"], seed: int = 1) -> int:
        """Deliver what is held, in this order, one after the other; how many."""
        held, self._held = self._held, []
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(held)  # noqa: S311 - a test's
        self._begin(self._in_turn(held))
        return len(held)

    def redeliver(self, share: float, new_ids: float, seed: int = 1) -> int:
        """Deliver a share of all past events again, some of them under new ids; how many."""
        chance = random.Random(seed)  # noqa: S311 - a test's
        chosen = [event for event in self._past if chance.random() < share]
        chance.shuffle(chosen)
        for event in chosen:
            self._begin(self._deliver(_again(event, new_id=chance.random() < new_ids)))
        return len(chosen)

    async def since(self, cursors: dict[str, int], wait_s: float) -> list[dict[str, Any]]:
        """Events of each place after its cursor, oldest first; if there are none, wait a while."""
        self.asked_for += 1
        try:
            async with asyncio.timeout(wait_s):
                while not (found := self._after(cursors)):
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            found = self._after(cursors)
        finally:
            self.asked_for -= 1
        return found

    def _after(self, cursors: dict[str, int]) -> list[dict[str, Any]]:
        new = (each for each in self._feed if each["number"] > cursors.get(each["place"], 0))
        return list(islice(new, MOST_AT_ONCE))

    @property
    def outstanding(self) -> int:
        """Events posted and neither taken nor given up, without those held."""
        waiting = sum(queue.qsize() for queue in self._queues.values())
        return waiting + len(self._under_way) - len(self._by_place)

    async def all_taken(self, within_s: float) -> None:
        """Wait until nothing is outstanding. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while self._under_way:
                await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)

    async def close(self) -> None:
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def _put(self, event: dict[str, Any]) -> None:
        if not self.ordered:
            self._begin(self._deliver(event))
            return
        place = str(event.get("place"))
        self._queues[place].put_nowait(event)
        if place not in self._by_place:
            self._by_place[place] = self._begin(self._work_off(place))

    async def _work_off(self, place: str) -> None:
        try:
            queue = self._queues[place]
            while not queue.empty():
                await self._deliver(queue.get_nowait())
        finally:
            del self._by_place[place]

    async def _in_turn(self, events: Iterable[dict[str, Any]]) -> None:
        for event in events:
            await self._deliver(event)

    async def _later(self, event: dict[str, Any], delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await self._deliver(event)

    def _begin(self, work: Any) -> "asyncio.Task[None]":
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _deliver(self, event: dict[str, Any]) -> None:
        """Until it is taken, with a longer pause each time."""
        if self.polled:
            place = str(event.get("place", ""))
            self._feed.append(event | {"number": len(self._feed) + 1, "place": place})
            self._news.set()
            return
        self.counts["posted"] += 1
        body = self.body_of([event])
        pause_s, give_up_at = FIRST_RETRY_S, time.monotonic() + GIVE_UP_AFTER_S
        while time.monotonic() < give_up_at:
            status = await self.send(body)
            if status == 200:
                self.counts["taken"] += 1
                return
            self.counts[f"refused {status}"] += 1
            if 400 <= (status or 0) < 500:
                break
            if status is None and self.other_urls and self.url is not None:
                self.other_urls.append(self.url)
                self.url = self.other_urls.pop(0)
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, LONGEST_RETRY_S)
        self.counts["given_up"] += 1

    def body_of(self, events: Sequence[dict[str, Any]]) -> bytes:
        """A request that tells of these."""
        return orjson.dumps({"account": self.account, "events": list(events)})

    def signed(self, body: bytes) -> dict[str, str]:
        """The headers that prove it."""
        return sign(self.secret, body)

    async def send(self, body: bytes, headers: dict[str, str] | None = None) -> int | None:
        """One request; its status, or None if no answer came. Signed now, unless told how."""
        if self.url is None:
            return None
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TAKEN_WITHIN_S)
            self._session = aiohttp.ClientSession(timeout=timeout)
        signed = {"Content-Type": "application/json"} | (headers or self.signed(body))
        try:
            async with (
                self._room,
                self._session.post(self.url, data=body, headers=signed) as answer,
            ):
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None


def _again(event: dict[str, Any], *, new_id: bool) -> dict[str, Any]:
    return event | {"delivery": f"d-again-{uuid4().hex}"} if new_id else event
