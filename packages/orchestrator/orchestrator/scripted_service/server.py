"""The scripted service: two things to do, and what tests ask and tell.

    POST /orders    {"item": …}    takes an `Idempotency-Key`: the same key is the same order
    POST /notices   {"text": …}    takes none: each request is another notice
    GET  /__done                   every effect there was, oldest first
    POST /__fault   {"kind": …, "times": 1, "about": "…"}

A fault befalls the next requests whose body has `about` in it:

    drop      it is done and the connection is reset before the answer
    hang      it is done and no answer ever comes
    refuse    the connection is reset; nothing is done
    error     500; nothing is done
    no        422 with a sentence; nothing is done
"""

import asyncio
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web

HANGS_S = 3600.0
KINDS = frozenset({"drop", "hang", "refuse", "error", "no"})
ACTS = frozenset({"drop", "hang"})
"""After these it is done, and whoever asked cannot know."""


class BadFault(ValueError):
    """A fault that this service does not know."""


@dataclass(slots=True)
class Fault:
    """Befalls the next `times` requests whose body has `about` in it."""

    kind: str
    times: int = 1
    about: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadFault(f"{self.kind!r} is no fault of this service; it has {sorted(KINDS)}")


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that was done, once."""

    number: int
    what: str
    body: dict[str, Any]
    key: str | None


@dataclass
class ScriptedService:
    """`async with ScriptedService() as service:` serves at `service.base_url`."""

    port: int = 0
    done: list[Effect] = field(default_factory=list)
    asked: int = 0
    """Requests to do something, repeated ones among them."""
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._of_key: dict[str, Effect] = {}
        self._gone = asyncio.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1024 * 1024)
        app.add_routes(
            [
                web.post("/{what:orders|notices}", self._do),
                web.get("/__done", self._show),
                web.post("/__fault", self._add_fault),
            ]
        )
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._gone.set()
        await self._runner.cleanup()

    async def _do(self, request: web.Request) -> web.Response:
        self.asked += 1
        what = request.match_info["what"]
        text = await request.text()
        fault = self._next_fault(text)
        if fault is not None and fault.kind not in ACTS:
            return await self._misbehave(fault, request)
        key = request.headers.get("Idempotency-Key") if what == "orders" else None
        effect = self._of_key.get(key) if key else None
        if effect is None:
            effect = Effect(len(self.done) + 1, what, orjson.loads(text), key)
            self.done.append(effect)
            if key:
                self._of_key[key] = effect
        if fault is not None:
            return await self._misbehave(fault, request)
        return web.json_response({"number": effect.number})

    def _next_fault(self, text: str) -> Fault | None:
        for fault in self.faults:
            if fault.about in text:
                fault.times -= 1
                if fault.times <= 0:
                    self.faults.remove(fault)
                return fault
        return None

    async def _misbehave(self, fault: Fault, request: web.Request) -> web.Response:
        match fault.kind:
            case "error":
                return web.json_response({"message": "something broke"}, status=500)
            case "no":
                return web.json_response({"message": "we do not have that"}, status=422)
            case "hang":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._gone.wait(), HANGS_S)
            case _:  # drop, refuse
                if request.transport is not None:
                    request.transport.abort()
        return web.Response()

    async def _show(self, _: web.Request) -> web.Response:
        return web.json_response([asdict(effect) for effect in self.done])

    async def _add_fault(self, request: web.Request) -> web.Response:
        try:
            self.faults.append(Fault(**await request.json()))
        except (BadFault, TypeError, ValueError) as error:
            return web.json_response({"message": str(error)}, status=400)
        return web.json_response({})
