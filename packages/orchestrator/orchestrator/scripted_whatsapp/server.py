"""The scripted WhatsApp's server: Meta's Graph API for us, and what tests and developers tell it.

`/v…/…` is what an adapter speaks, with the number's access token; `/__…` is the script. Everything
runs on the event loop that opened it.
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from orchestrator.scripted_channel.faults import TAKES, Fault
from orchestrator.scripted_channel.served import Served
from orchestrator.scripted_whatsapp import script
from orchestrator.scripted_whatsapp.apps import App, is_ours, payload, sign
from orchestrator.scripted_whatsapp.messages import outgoing
from orchestrator.scripted_whatsapp.numbers import Number
from orchestrator.scripted_whatsapp.refusals import Refusal

HANGS_S = 3600.0
"""How long a request hangs that gets no answer."""
EXCHANGES = 1_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of the Graph API and its answer, as JSON."""

    method: str
    path: str
    asked: Any
    status: int
    answered: Any


class ScriptedWhatsApp(Served):
    """`async with ScriptedWhatsApp() as whatsapp:` serves at `whatsapp.base_url`."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.apps: dict[str, App] = {}
        self.numbers: dict[str, Number] = {}
        self.exchanges: deque[Exchange] = deque(maxlen=EXCHANGES)
        """What was asked and answered last, for those who check it against Meta's description."""
        self.greets = is_ours
        """Whether an address answers Meta's greeting."""

    def app(self, name: str = "konstruct", *, secret: str | None = None) -> App:
        """The app of this name, made at the first call."""
        if name not in self.apps:
            self.apps[name] = App(name) if secret is None else App(name, secret)
        return self.apps[name]

    def number(
        self,
        phone_number_id: str,
        *,
        app: str = "konstruct",
        waba: str | None = None,
        **more: Any,
    ) -> Number:
        """The number of this id, made at the first call."""
        if phone_number_id not in self.numbers:
            business = waba or f"10{phone_number_id}"
            self.numbers[phone_number_id] = Number(phone_number_id, business, self.app(app), **more)
        return self.numbers[phone_number_id]

    async def tell_together(self, *numbers: Number) -> int | None:
        """Tell once more what was last told of each of these numbers, in one request to the app's
        address; its status."""
        app = numbers[0].app
        body = payload([number.told[-1] for number in numbers])
        headers = {"Content-Type": "application/json"} | sign(app.secret, body)
        async with (
            aiohttp.ClientSession() as session,
            session.post(app.callback_url or "", data=body, headers=headers) as answer,
        ):
            return answer.status

    def application(self) -> web.Application:
        app = web.Application(client_max_size=1024 * 1024, middlewares=[self._remember])
        app.add_routes(
            [
                web.post("/{version:v[0-9]+.[0-9]+}/{number}/messages", self._message),
                web.get(
                    "/{version:v[0-9]+.[0-9]+}/{number}/whatsapp_business_profile", self._profile
                ),
                web.route("*", "/{version:v[0-9]+.[0-9]+}/{waba}/subscribed_apps", self._apps),
                web.get("/{version:v[0-9]+.[0-9]+}/{waba}/message_templates", self._templates),
                web.get("/{version:v[0-9]+.[0-9]+}/{node}", self._node),
                web.post("/{version:v[0-9]+.[0-9]+}/{number}", self._configure),
                web.get("/media/{media}", self._download),
                *script.routes(self),
            ]
        )
        return app

    async def leave(self) -> None:
        for number in self.numbers.values():
            await number.webhooks.close()

    @web.middleware
    async def _remember(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[Any]]
    ) -> Any:
        try:
            answer = await handler(request)
        except Refusal as refusal:
            await self._note(request, refusal)
            raise
        await self._note(request, answer)
        return answer

    async def _note(self, request: web.Request, answer: Any) -> None:
        if request.path.startswith("/v") and answer.content_type == "application/json":
            asked = json.loads(await request.text() or "null")
            said = json.loads(answer.text or "null")
            self.exchanges.append(
                Exchange(request.method, request.path, asked, answer.status, said)
            )

    # ── what an adapter speaks ─────────────────────────────────────────────────────────────────

    async def _message(self, request: web.Request) -> web.Response:
        number = self._of(request, request.match_info["number"])
        body = await _json(request)
        if body.get("status") == "read":
            number.shown.append(str(body.get("message_id")))
            return web.json_response({"success": True})
        message = outgoing(body, number)
        fault = number.faults.next(message.place, "text")
        if fault is not None and fault.kind not in TAKES:
            return await self._misbehave(fault, request)
        if number.codes:
            code, retry_after = number.codes.popleft()
            raise Refusal(code, "as the script says", retry_after=retry_after)
        took = number.take(message.place, message.text, message.key, message.kind)
        if fault is not None:
            return await self._misbehave(fault, request)
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "contacts": [{"input": message.place, "wa_id": message.place}],
                "messages": [{"id": took.id, "message_status": "accepted"}],
            }
        )

    async def _misbehave(self, fault: Fault, request: web.Request) -> web.Response:
        match fault.kind:
            case "limit":
                raise Refusal(80007, "slow down", retry_after=fault.retry_after)
            case "error":
                return web.json_response({}, status=500)
            case "blocked":
                raise Refusal(131026, "this person takes nothing")
            case "parse":
                raise Refusal(100, "the text cannot be read")
            case "hang" | "stall":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self.gone.wait(), HANGS_S)
            case _:  # drop, refuse
                if request.transport is not None:
                    request.transport.abort()
        return web.Response()

    async def _node(self, request: web.Request) -> web.Response:
        """A number or a file, whichever has this id."""
        node = request.match_info["node"]
        for number in self.numbers.values():
            if node in number.media:
                return self._file(request, number, node)
        number = self._of(request, node)
        return web.json_response(
            {
                "id": number.phone_number_id,
                "display_phone_number": f"+{number.display_phone_number}",
                "verified_name": number.verified_name,
                "quality_rating": "GREEN",
            }
        )

    def _file(self, request: web.Request, number: Number, media_id: str) -> web.Response:
        self._require_token(request, number)
        if request.query.get("phone_number_id", number.phone_number_id) != number.phone_number_id:
            raise Refusal(100, "This file is not this number's.", subcode=33)
        data, mime = number.media[media_id]
        return web.json_response(
            {
                "messaging_product": "whatsapp",
                "url": f"{self.base_url}/media/{media_id}",
                "mime_type": mime,
                "sha256": "",
                "file_size": str(len(data)),
                "id": media_id,
            }
        )

    async def _download(self, request: web.Request) -> web.Response:
        media_id = request.match_info["media"]
        for number in self.numbers.values():
            if media_id in number.media:
                self._require_token(request, number)
                data, mime = number.media[media_id]
                return web.Response(body=data, content_type=mime)
        raise web.HTTPNotFound

    async def _profile(self, request: web.Request) -> web.Response:
        number = self._of(request, request.match_info["number"])
        picture = f"https://pps.whatsapp.net/{number.phone_number_id}.jpg"
        shown = {"messaging_product": "whatsapp", "profile_picture_url": picture}
        return web.json_response({"data": [shown]})

    async def _configure(self, request: web.Request) -> web.Response:
        """A webhook of its own, if that answers the greeting; the app's with an empty one."""
        number = self._of(request, request.match_info["number"])
        told = (await _json(request)).get("webhook_configuration") or {}
        url = str(told.get("override_callback_uri") or "")
        if url and not await self.greets(url, str(told.get("verify_token") or "")):
            raise Refusal(100, "The callback URL or verify token could not be validated.")
        number.webhooks.url = url or number.app.callback_url
        return web.json_response({"success": True})

    async def _apps(self, request: web.Request) -> web.Response:
        number = self._of_waba(request)
        app = number.app
        if request.method == "POST":
            app.subscribed.add(number.waba)
        elif request.method == "DELETE":
            app.subscribed.discard(number.waba)
        if request.method != "GET":
            return web.json_response({"success": True})
        data = {"id": app.id, "name": app.name, "link": "https://example.com"}
        heard = [{"whatsapp_business_api_data": data}] if number.waba in app.subscribed else []
        return web.json_response({"data": heard})

    async def _templates(self, request: web.Request) -> web.Response:
        number = self._of_waba(request)
        return web.json_response(
            {
                "data": [
                    {"name": name, "language": language, "status": "APPROVED"}
                    for name, language in sorted(number.templates)
                ]
            }
        )

    def _of(self, request: web.Request, phone_number_id: str) -> Number:
        number = self.numbers.get(phone_number_id)
        if number is None:
            self._require_any_token(request)
            raise Refusal(100, "Object does not exist, or not for this token.", subcode=33)
        self._require_token(request, number)
        return number

    def _of_waba(self, request: web.Request) -> Number:
        for number in self.numbers.values():
            if number.waba == request.match_info["waba"]:
                self._require_token(request, number)
                return number
        raise Refusal(100, "Object does not exist, or not for this token.", subcode=33)

    def _require_any_token(self, request: web.Request) -> None:
        said = _token(request)
        if not any(
            said == each.access_token and not each.revoked for each in self.numbers.values()
        ):
            raise Refusal(190, "The access token is not good (any more).")

    def _require_token(self, request: web.Request, number: Number) -> None:
        if number.revoked or _token(request) != number.access_token:
            raise Refusal(190, "The access token is not good (any more).")


def _token(request: web.Request) -> str:
    return request.headers.get("Authorization", "").removeprefix("Bearer ")


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Refusal(100, "The body is a JSON object.")
    return body
