"""What tests and developers of other processes tell the scripted WhatsApp, over HTTP."""

import base64
import time
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from aiohttp import web

from orchestrator.scripted_channel.faults import BadFault, Fault
from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_whatsapp.numbers import Number

if TYPE_CHECKING:
    from orchestrator.scripted_whatsapp.server import ScriptedWhatsApp


def routes(whatsapp: "ScriptedWhatsApp") -> list[web.RouteDef]:
    async def told(request: web.Request) -> web.Response:
        what = request.match_info["what"]
        body = await request.json()
        try:
            if what in ("app", "number"):
                return web.json_response(_made(whatsapp, what, dict(body)))
            number = whatsapp.numbers[str(body.pop("number"))]
            return web.json_response(_done(number, what, body))
        except (KeyError, TypeError, ValueError, BadFault) as error:
            said = f"{type(error).__name__}: {error}"
            return web.json_response({"error": "bad_request", "message": said}, status=400)

    async def received(request: web.Request) -> web.Response:
        number = whatsapp.numbers.get(request.query.get("number", ""))
        if number is None:
            return web.json_response({"error": "not_found", "message": "which?"}, status=404)
        person = request.query.get("person")
        wanted = [asdict(took) for took in number.received if person in (None, took.person)]
        return web.json_response(wanted)

    return [web.post("/__{what}", told), web.get("/__received", received)]


def _made(whatsapp: "ScriptedWhatsApp", what: str, told: dict[str, Any]) -> dict[str, Any]:
    if what == "app":
        app = whatsapp.app(told["name"], secret=told.get("secret"))
        app.callback_url = told.get("callback_url", app.callback_url)
        return {"name": app.name, "secret": app.secret}
    templates = {(name, language) for name, language in told.pop("templates", ())}
    number = whatsapp.number(told.pop("phone_number_id"), **told)
    number.templates |= templates
    return {
        "phone_number_id": number.phone_number_id,
        "waba_id": number.waba,
        "access_token": number.access_token,
        "app_secret": number.app.secret,
    }


def _done(number: Number, what: str, told: dict[str, Any]) -> dict[str, Any]:
    how = How(**told.pop("how", {}))
    match what:
        case "person":
            number.person(told["name"], hidden=bool(told.get("hidden")))
        case "say":
            if "ago_s" in told:
                told["at"] = time.time() - float(told.pop("ago_s"))
            return {"id": number.say(told.pop("person"), told.pop("text", ""), how, **told)}
        case "attach":
            data = base64.b64decode(told.pop("data"))
            person, kind, mime = told.pop("person"), told.pop("kind"), told.pop("mime")
            return {"id": number.attach(person, kind, data, mime, how, **told)}
        case "move":
            number.move(told["person"], how)
        case "release":
            return {"events": number.webhooks.release(**told)}
        case "redeliver":
            return {"events": number.webhooks.redeliver(**told)}
        case "fault":
            number.faults.add(Fault(**told))
        case "faultless":
            number.faults.clear()
            number.codes.clear()
            number.fails.clear()
        case "refuse":
            number.codes.append((int(told["code"]), told.get("retry_after")))
        case "fail":
            number.fails.append(int(told["code"]))
        case "revoke":
            number.revoke_after(int(told.get("after", 0)))
        case "restore":
            number.restore()
        case _:
            raise KeyError(what)
    return {}
