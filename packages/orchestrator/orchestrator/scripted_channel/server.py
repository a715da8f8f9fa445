"""The scripted platform's server: its API for us, and what tests and developers tell it.

`/api/…` is what an adapter speaks, with the account's token; `/__…` is the script. Everything runs
on the event loop that opened it.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict
from typing import Any, cast
from uuid import uuid4

from aiohttp import web

from orchestrator.scripted_channel.account import Account, Keys
from orchestrator.scripted_channel.faults import TAKES, BadFault, Fault
from orchestrator.scripted_channel.served import Served
from orchestrator.scripted_channel.webhooks import How, Webhooks

MOST_WAIT_S = 30.0
HANGS_S = 3600.0
"""How long a request hangs that gets no answer."""


class ScriptedChannel(Served):
    """`async with ScriptedChannel() as platform:` serves at `platform.base_url`."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.accounts: dict[str, Account] = {}

    def account(
        self,
        name: str,
        *,
        keys: Keys = "repeat",
        token: str | None = None,
        signing_secret: str | None = None,
        ordered: bool = True,
        echoes: bool = True,
        max_chars: int = 2_000,
    ) -> Account:
        """The account of this name, made at the first call."""
        if name not in self.accounts:
            secret = signing_secret or f"secret-{uuid4().hex}"
            account = Account(
                name,
                Webhooks(name, secret, ordered=ordered),
                keys=keys,
                echoes=echoes,
                max_chars=max_chars,
            )
            account.token = token or account.token
            self.accounts[name] = account
        return self.accounts[name]

    def application(self) -> web.Application:
        app = web.Application(client_max_size=1024 * 1024)
        app.add_routes(
            [
                web.get("/api/me", self._me),
                web.put("/api/webhook", self._set_webhook),
                web.post("/api/events", self._events),
                web.post("/api/messages", self._take),
                web.get("/api/messages", self._look_up),
                web.get("/api/files/{id}", self._file),
                web.post("/api/typing", self._typing),
                web.get("/__received", self._received),
                web.get("/__stats", self._stats),
                web.post("/__{what}", self._told),
            ]
        )
        return app

    async def leave(self) -> None:
        for account in self.accounts.values():
            await account.webhooks.close()

    # ── what an adapter speaks ─────────────────────────────────────────────────────────────────

    async def _me(self, request: web.Request) -> web.Response:
        account = self._of_token(request)
        return web.json_response({"account": account.name, "bot_id": account.bot_id})

    async def _set_webhook(self, request: web.Request) -> web.Response:
        account = self._of_token(request)
        asked = await _body(request)
        account.webhooks.url = asked["url"]
        account.webhooks.polled = bool(asked.get("polled"))
        return web.json_response({"url": account.webhooks.url})

    async def _events(self, request: web.Request) -> web.Response:
        account = self._of_token(request)
        asked = await _body(request)
        cursors = {str(place): int(number) for place, number in asked["cursors"].items()}
        events = await account.webhooks.since(cursors, min(float(asked["wait_s"]), MOST_WAIT_S))
        self._of_token(request)  # it may have been taken away meanwhile
        return web.json_response({"events": events})

    async def _take(self, request: web.Request) -> web.Response:
        account = self._of_token(request)
        asked = await _body(request)
        place, text = str(asked.get("place") or ""), str(asked.get("text") or "")
        format_ = str(asked.get("format") or "markdown")
        if not place or not text:
            raise _refusal(400, "a message has a place and a text", "bad_request")
        if len(text) > account.max_chars:
            raise _refusal(400, f"at most {account.max_chars} characters", "too_long")
        key = request.headers.get("Idempotency-Key")
        fault = account.faults.next(place, format_)
        if fault is not None and fault.kind not in TAKES:
            return await self._misbehave(fault, request)
        took = account.take(place, text, key, format_, asked.get("thread"))
        if fault is not None:
            return await self._misbehave(fault, request)
        return web.json_response({"id": took.id, "place": place})

    async def _misbehave(self, fault: Fault, request: web.Request) -> web.Response:
        match fault.kind:
            case "limit":
                answer = _refusal(429, "slow down", "limited")
                answer.headers["Retry-After"] = str(fault.retry_after)
                raise answer
            case "error":
                raise _refusal(500, "something broke", "internal")
            case "blocked":
                raise _refusal(403, "this person has blocked you", "blocked")
            case "parse":
                raise _refusal(400, "the Markdown cannot be read", "cannot_parse")
            case "hang" | "stall":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.gone.wait(), HANGS_S)
            case _:  # drop, refuse
                if request.transport is not None:
                    request.transport.abort()
        return web.Response()

    async def _look_up(self, request: web.Request) -> web.Response:
        account = self._of_token(request)
        if account.keys != "ask":
            raise _refusal(501, "this account cannot be asked", "not_supported")
        found = account.of_key(request.query.get("key", ""))
        if found is None:
            raise _refusal(404, "no message has this key", "not_found")
        return web.json_response({"id": found.id, "place": found.place})

    async def _file(self, request: web.Request) -> web.Response:
        content = self._of_token(request).files.get(request.match_info["id"])
        if content is None:
            raise _refusal(404, "this file is gone", "not_found")
        if content.startswith(b"http"):  # it is elsewhere
            raise web.HTTPFound(content.decode())
        return web.Response(body=content)

    async def _typing(self, request: web.Request) -> web.Response:
        account = self._of_token(request)
        if account.typing_fails:
            raise _refusal(500, "something broke", "internal")
        account.typing += 1
        return web.json_response({})

    def _of_token(self, request: web.Request) -> Account:
        said = request.headers.get("Authorization", "").removeprefix("Bearer ")
        for account in self.accounts.values():
            if account.token == said and not account.revoked:
                return account
        raise _refusal(401, "this token is not good (any more)", "token_revoked")

    # ── the script ─────────────────────────────────────────────────────────────────────────────

    async def _told(self, request: web.Request) -> web.Response:
        told = await _body(request)
        try:
            name = str(told.pop("account"))
            what = request.match_info["what"]
            if what == "account":
                made = self.account(name, **told)
                return web.json_response(
                    {"token": made.token, "signing_secret": made.webhooks.secret}
                )
            if name not in self.accounts:
                raise _refusal(404, f"there is no account {name!r}", "not_found")
            return web.json_response(_done(self.accounts[name], what, told))
        except (BadFault, KeyError, TypeError) as error:
            raise _refusal(400, f"{type(error).__name__}: {error}", "bad_request") from error

    async def _received(self, request: web.Request) -> web.Response:
        account = self.accounts.get(request.query.get("account", ""))
        if account is None:
            raise _refusal(404, "name an account", "not_found")
        place = request.query.get("place")
        wanted = [asdict(took) for took in account.received if place in (None, took.place)]
        return web.json_response(wanted)

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                name: {
                    "received": len(account.received),
                    "asked": account.asked,
                    "typing": account.typing,
                    "outstanding": account.webhooks.outstanding,
                    "webhooks": dict(account.webhooks.counts),
                }
                for name, account in self.accounts.items()
            }
        )


def _done(account: Account, what: str, told: dict[str, Any]) -> dict[str, Any]:
    """What a `POST /__<what>` tells an account to do, done."""
    how = How(**told.pop("how", {}))
    match what:
        case "say":
            return {"id": account.say(told.pop("place"), told.pop("text"), how, **told)}
        case "edit":
            account.edit(told["id"], told["text"], how)
        case "delete":
            account.delete(told["id"], how)
        case "release":
            return {"events": account.webhooks.release(**told)}
        case "redeliver":
            return {"events": account.webhooks.redeliver(**told)}
        case "fault":
            account.faults.add(Fault(**told))
        case "faultless":
            account.faults.clear()
        case "keys":
            account.keys = cast(Keys, told["keys"])
        case "revoke":
            account.revoke()
        case "restore":
            account.restore()
        case _:
            raise KeyError(what)
    return {}


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise _refusal(400, "the body is a JSON object", "bad_request")
    return body


def _refusal(status: int, message: str, error: str) -> web.HTTPException:
    kinds: dict[int, type[web.HTTPException]] = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        403: web.HTTPForbidden,
        404: web.HTTPNotFound,
        429: web.HTTPTooManyRequests,
        500: web.HTTPInternalServerError,
        501: web.HTTPNotImplemented,
    }
    body = json.dumps({"error": error, "message": message})
    return kinds[status](text=body, content_type="application/json")
