"""Telegram's server: its Bot API for us, and what tests and developers tell it.

`/bot<token>/<method>` and `/file/bot<token>/<path>` are what a bot speaks; `/__…` is the script.
Everything runs on the event loop that opened it.
"""

import asyncio
import base64
import json
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from aiohttp import web

from orchestrator.scripted_channel.faults import TAKES, BadFault, Fault
from orchestrator.scripted_channel.served import Served
from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_telegram.bot import BLOCKED, Bot, made_token
from orchestrator.scripted_telegram.chats import Given
from orchestrator.scripted_telegram.methods import METHODS
from orchestrator.scripted_telegram.refusals import (
    Refusal,
    bad_request,
    forbidden,
    too_many_requests,
    unauthorized,
)

HANGS_S = 3600.0
"""How long a request hangs that gets no answer."""
FIRST_BOT = 7_000_000_001


class ScriptedTelegram(Served):
    """`async with ScriptedTelegram() as platform:` serves at `platform.base_url`."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.bots: dict[str, Bot] = {}

    def bot(
        self,
        username: str,
        *,
        token: str | None = None,
        first_name: str = "Ada",
        reads_groups: bool = False,
        mentions_pass: bool = False,
    ) -> Bot:
        """The bot of this name, made at the first call. Its id is the beginning of its token."""
        if username not in self.bots:
            id_ = int(token.partition(":")[0]) if token else FIRST_BOT + len(self.bots)
            self.bots[username] = Bot(
                id_,
                username,
                first_name,
                token or made_token(id_),
                reads_groups=reads_groups,
                mentions_pass=mentions_pass,
            )
        return self.bots[username]

    def application(self) -> web.Application:
        app = web.Application(client_max_size=1024 * 1024)
        app.add_routes(
            [
                web.route("*", "/bot{token}/{method}", self._call),
                web.get("/file/bot{token}/{path:.+}", self._download),
                web.get("/__received", self._received),
                web.get("/__stats", self._stats),
                web.post("/__{what}", self._told),
            ]
        )
        return app

    async def leave(self) -> None:
        for bot in self.bots.values():
            await bot.updates.close()

    # ── what a bot speaks ──────────────────────────────────────────────────────────────────────

    async def _call(self, request: web.Request) -> web.StreamResponse:
        try:
            bot = self._of_token(request)
            name = request.match_info["method"].lower()
            method = METHODS.get(name)
            if method is None:
                raise Refusal(404, "Not Found: method not found")
            given = await _parameters(request)
            bot.requests.append((request.match_info["method"], given))
            fault = _fault(bot, name, given)
            if fault is not None and fault.kind not in TAKES:
                return await self._misbehave(fault, request)
            result = await method(bot, given)
            if fault is not None:
                return await self._misbehave(fault, request)
            return web.json_response({"ok": True, "result": result})
        except Refusal as refusal:
            headers = {}
            if "retry_after" in refusal.parameters:
                headers["Retry-After"] = str(refusal.parameters["retry_after"])
            return web.json_response(refusal.as_json(), status=refusal.code, headers=headers)

    async def _misbehave(self, fault: Fault, request: web.Request) -> web.Response:
        """Raises Refusal."""
        match fault.kind:
            case "limit":
                raise too_many_requests(fault.retry_after)
            case "error":
                raise Refusal(500, "Internal Server Error")
            case "blocked":
                raise forbidden(BLOCKED)
            case "parse":
                raise bad_request(
                    'can\'t parse entities: Unsupported start tag "x" at byte offset 0'
                )
            case "hang" | "stall":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.gone.wait(), HANGS_S)
            case _:  # drop, refuse
                if request.transport is not None:
                    request.transport.abort()
        return web.Response()

    async def _download(self, request: web.Request) -> web.StreamResponse:
        try:
            bot = self._of_token(request)
        except Refusal as refusal:
            return web.json_response(refusal.as_json(), status=refusal.code)
        if bot.files_lead_to is not None:
            raise web.HTTPFound(bot.files_lead_to)
        stored = bot.files.by_path(request.match_info["path"])
        if stored is None:
            return web.json_response(Refusal(404, "Not Found").as_json(), status=404)
        return web.Response(body=stored.content, content_type="application/octet-stream")

    def _of_token(self, request: web.Request) -> Bot:
        said = request.match_info["token"]
        for bot in self.bots.values():
            if bot.token == said and not bot.revoked:
                return bot
        if ":" not in said:
            raise Refusal(404, "Not Found")
        raise unauthorized()

    # ── the script ─────────────────────────────────────────────────────────────────────────────

    async def _told(self, request: web.Request) -> web.Response:
        try:
            told = await request.json()
            username = str(told.pop("bot"))
            what = request.match_info["what"]
            if what == "bot":
                bot = self.bot(username, **told)
                made = {"id": bot.id, "token": bot.token, "username": bot.username}
                return web.json_response(made)
            return web.json_response(_done(self.bots[username], what, told))
        except (BadFault, ValueError, KeyError, TypeError, AttributeError) as error:
            why = {"error": "bad_request", "message": f"{type(error).__name__}: {error}"}
            return web.json_response(why, status=400)

    async def _received(self, request: web.Request) -> web.Response:
        bot = self.bots.get(request.query.get("bot", ""))
        if bot is None:
            return web.json_response({"error": "not_found", "message": "name a bot"}, status=404)
        place = request.query.get("place")
        wanted = [asdict(took) for took in bot.received if place in (None, took.place)]
        return web.json_response(wanted)

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                name: {
                    "received": len(bot.received),
                    "typing": bot.typing,
                    "webhook": bot.updates.url,
                    "outstanding": bot.updates.outstanding,
                    "updates": dict(bot.updates.counts),
                }
                for name, bot in self.bots.items()
            }
        )


def _fault(bot: Bot, method: str, given: dict[str, Any]) -> Fault | None:
    """What befalls this call: only messages are befallen."""
    if method not in ("sendmessage", "editmessagetext"):
        return None
    is_formatted = "parse_mode" in given or "entities" in given
    return bot.faults.next(str(given.get("chat_id")), "markdown" if is_formatted else "plain")


def _done(bot: Bot, what: str, told: dict[str, Any]) -> dict[str, Any]:
    """What a `POST /__<what>` tells a bot's people to do, done."""
    how = How(**told.pop("how", {}))
    match what:
        case "say":
            file = _given(told.pop("file", None))
            return {"id": bot.say(told.pop("place"), told.pop("text", ""), how, file=file, **told)}
        case "album":
            files = [given for one in told["files"] if (given := _given(one)) is not None]
            return {"ids": bot.album(told["place"], files, told.get("caption", ""), how=how)}
        case "start":
            return {"id": bot.start(told["place"], told.get("payload", ""), how)}
        case "edit":
            bot.edit(told["place"], told["id"], told["text"], how)
        case "block" | "unblock" | "kick":
            getattr(bot, what)(told["place"])
        case "migrate":
            return {"place": bot.migrate(**told)}
        case "release":
            return {"updates": bot.updates.release(**told)}
        case "redeliver":
            return {"updates": bot.updates.redeliver(**told)}
        case "fault":
            bot.faults.add(Fault(**told))
        case "faultless":
            bot.faults.clear()
        case "revoke":
            bot.revoke()
        case "restore":
            bot.restore()
        case _:
            raise KeyError(what)
    return {}


def _given(told: dict[str, Any] | None) -> Given | None:
    if told is None:
        return None
    content = told.pop("content_base64", None)
    return Given(**told) if content is None else Given(**told, content=base64.b64decode(content))


async def _parameters(request: web.Request) -> dict[str, Any]:
    """Of the address, and of a body of JSON or a form."""
    given: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except (ValueError, json.JSONDecodeError):
            raise bad_request("can't parse request body as JSON") from None
        if not isinstance(body, dict):
            raise bad_request("object expected as JSON request body")
        return given | body
    if request.can_read_body:
        given |= dict((await request.post()).items())
    return given
