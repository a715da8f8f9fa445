"""The scripted Slack's Events API: signed requests, tried again at once, after 1 and 5 minutes.

No order is promised, as on Slack. An event is taken when it is answered 2xx within three seconds.
With `delayed` what was not taken is told again every hour for a day, as Slack does on wish.
"""

import asyncio
import hashlib
import hmac
import random
import time
from collections import Counter
from collections.abc import Coroutine
from typing import Any, Literal

import aiohttp
import orjson

from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_slack.ids import Clock, new_id

TAKEN_WITHIN_S = 3.0
RETRIES_S = (0.0, 60.0, 300.0)
HOURLY_S = (3600.0,) * 24
AT_ONCE = 32
Payload = dict[str, Any]


def sign(secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """The headers that prove a request's origin: HMAC-SHA256 over `v0:<time>:<body>`."""
    said = str(int(time.time() if at is None else at))
    proof = hmac.new(secret.encode(), f"v0:{said}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": said, "X-Slack-Signature": f"v0={proof}"}


class Dispatch:
    """One app's. `url` may be set later: nothing is posted before."""

    def __init__(self, signing_secret: str, clock: Clock) -> None:
        self.signing_secret = signing_secret
        self.url: str | None = None
        self.other_urls: list[str] = []
        """Of the same service: where one does not answer, the next is tried."""
        self.delayed = False
        self.counts: Counter[str] = Counter()
        """posted, taken, refused (with the status), given_up, lost."""
        self._clock = clock
        self._held: list[Payload] = []
        self._past: list[Payload] = []
        self._under_way: set[asyncio.Task[None]] = set()
        self._room = asyncio.Semaphore(AT_ONCE)
        self._session: aiohttp.ClientSession | None = None

    def post(self, payload: Payload, how: How) -> None:
        """Tell the app, soon."""
        self._past.append(payload)
        if how.lose:
            self.counts["lost"] += 1
        elif how.hold:
            self._held.append(payload)
        else:
            self._begin(self._later(payload, how.delay_s))
        if how.twice:
            self._begin(self._deliver(again(payload, new_id=how.twice == "new")))

    def release(self, order: Literal["as_said", "reversed", "shuffled"], seed: int = 1) -> int:
        """Tell what is held, in this order, one after the other; how many."""
        held, self._held = self._held, []
        if order == "reversed":
            held.reverse()
        elif order == "shuffled":
            random.Random(seed).shuffle(held)  # noqa: S311 - a test's
        self._begin(self._in_turn(held))
        return len(held)

    def redeliver(self, share: float, new_ids: float, seed: int = 1) -> int:
        """Tell a share of all past events again, some of them under new ids; how many."""
        chance = random.Random(seed)  # noqa: S311 - a test's
        chosen = [payload for payload in self._past if chance.random() < share]
        chance.shuffle(chosen)
        for payload in chosen:
            self._begin(self._deliver(again(payload, new_id=chance.random() < new_ids)))
        return len(chosen)

    @property
    def outstanding(self) -> int:
        """Events neither taken nor given up, without those held."""
        return len(self._under_way)

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

    async def _in_turn(self, payloads: list[Payload]) -> None:
        for payload in payloads:
            await self._deliver(payload)

    async def _later(self, payload: Payload, delay_s: float) -> None:
        if delay_s:
            await asyncio.sleep(delay_s)
        await self._deliver(payload)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(self, payload: Payload) -> None:
        self.counts["posted"] += 1
        body = orjson.dumps(payload)
        retried: dict[str, str] = {}
        pauses = (*RETRIES_S, *(HOURLY_S if self.delayed else ()))
        for number, pause_s in enumerate((*pauses, None), start=1):
            status, headers = await self.request(body, retried)
            if status is not None and 200 <= status < 300:
                self.counts["taken"] += 1
                return
            self.counts[f"refused {status}"] += 1
            if pause_s is None or headers.get("X-Slack-No-Retry") == "1":
                break
            if status is None and self.other_urls and self.url is not None:
                self.other_urls.append(self.url)
                self.url = self.other_urls.pop(0)
            reason = "http_timeout" if status is None else "http_error"
            retried = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
            await asyncio.sleep(self._clock.pause_s(pause_s))
        self.counts["given_up"] += 1

    async def request(
        self, body: bytes, headers: dict[str, str] | None = None, *, signed: bool = True
    ) -> tuple[int | None, dict[str, str]]:
        """One request; its status and headers, or None if no answer came."""
        if self.url is None:
            return None, {}
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=TAKEN_WITHIN_S)
            self._session = aiohttp.ClientSession(timeout=timeout)
        all_headers = {"Content-Type": "application/json"} | (headers or {})
        if signed:
            all_headers |= sign(self.signing_secret, body)
        try:
            async with (
                self._room,
                self._session.post(self.url, data=body, headers=all_headers) as answer,
            ):
                await answer.read()
                return answer.status, dict(answer.headers)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return None, {}

    async def challenge(self, url: str) -> bool:
        """What Slack asks an address before it is taken: whether it knows the app's secret."""
        before, self.url = self.url, url
        said = new_id("challenge-")
        body = orjson.dumps({"type": "url_verification", "token": "", "challenge": said})
        if self._session is None:
            self._session = aiohttp.ClientSession()
        headers = {"Content-Type": "application/json"} | sign(self.signing_secret, body)
        try:
            async with self._session.post(url, data=body, headers=headers) as answer:
                text = await answer.text()
                if answer.status == 200 and said in text:
                    return True
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        self.url = before
        return False


def again(payload: Payload, *, new_id: bool) -> Payload:
    """The same event, under its id or another."""
    return payload | {"event_id": _event_id()} if new_id else payload


def _event_id() -> str:
    return new_id("Ev")
