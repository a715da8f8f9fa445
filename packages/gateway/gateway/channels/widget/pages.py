"""The page of a door, and the script that puts it on the business's own website.

The page may be framed by the door's own sites and by nobody else. It is our own code alone: what a
model says can load nothing. It holds what it needs to begin with, so that it asks for nothing
before the first word, and without scripts it shows how else the business is reached.
"""

import html
from collections.abc import Sequence
from pathlib import Path

import orjson
from fastapi import APIRouter
from shared.channels.widget.door import Door
from shared.channels.widget.face import Face, face
from shared.errors import NotFound
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from gateway.channels.widget.calls import found
from gateway.channels.widget.sentences import SENTENCES
from gateway.portal import NAMED_HOST, NOT_BUILT, portal_dir

PAGE, LOADER = "door.html", "loader.js"
KEPT_S = 300
"""How long browsers keep the loader, which has one address whatever version it is."""
MOST_LANGUAGES = 10

door_router = APIRouter(include_in_schema=False)


@door_router.get("/c/{door}")
@door_router.get("/c/{door}/{conversation_id}")
async def door_page(door: str, request: Request, conversation_id: str = "") -> Response:  # noqa: ARG001
    """The hosted chat; whoever comes back by a link has what opens it behind the `#`."""
    languages = _languages(request.headers.get("accept-language", ""))
    try:
        entered = await found(door)
        shown = await face(entered, languages)
    except NotFound:
        return _closed(languages)
    page = _built(PAGE).read_text()
    for name, text in {
        "__LANGUAGE__": shown.language,
        "__TITLE__": html.escape(f"{shown.agent} · {shown.business}"),
        "__WITHOUT_SCRIPT__": _without_script(entered, shown),
        "__DOOR__": _told(entered, shown),
    }.items():
        page = page.replace(name, text)
    response = HTMLResponse(page)
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Vary"] = "Accept-Language"
    response.headers["Content-Security-Policy"] = policy(
        request.headers.get("host", ""), entered.hosts
    )
    return response


@door_router.get("/w/{door}.js")
async def loader(door: str) -> Response:
    """The script for the business's own site. It finds its door in its own address."""
    await found(door)
    file = _built(LOADER)
    response = FileResponse(file, media_type="text/javascript")
    response.headers["Cache-Control"] = f"public, max-age={KEPT_S}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _built(name: str) -> Path:
    file = portal_dir() / name
    if not file.is_file():
        raise NotFound(NOT_BUILT)
    return file


def policy(host: str, sites: Sequence[str]) -> str:
    """The content security policy of a door's page on this host, for these sites."""
    sockets = f" ws://{host} wss://{host}" if NAMED_HOST.fullmatch(host) else ""
    framed_by = " ".join(("'self'", *sites))
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            f"connect-src 'self'{sockets}",
            "img-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            f"frame-ancestors {framed_by}",
        )
    )


def _languages(accepted: str) -> list[str]:
    """As the browser has them, the best one first. Browsers list them in that order."""
    tags = (each.partition(";")[0].strip() for each in accepted.split(","))
    return [tag for tag in tags if tag][:MOST_LANGUAGES]


def _told(entered: Door, shown: Face) -> str:
    """What the page begins with, as JSON that cannot end the element it stands in."""
    told = {
        "door": entered.id,
        "business": shown.business,
        "agent": shown.agent,
        "language": shown.language,
        "notice": shown.notice,
        "away": shown.away,
        "greeting": entered.greeting,
        "consent": {"text": entered.consent, "version": entered.consent_version},
        "privacy_url": entered.privacy_url,
        "email": entered.email,
        "phone": entered.phone,
        "hours": entered.hours,
        "mode": entered.mode,
        "hosts": entered.hosts,
    }
    return orjson.dumps(told).decode().replace("<", "\\u003c")


def _without_script(entered: Door, shown: Face) -> str:
    said = SENTENCES[shown.language]
    lines = [said.needs_script.replace("{agent}", shown.agent)]
    lines += [f"{said.phone}: {entered.phone}"] if entered.phone else []
    lines += [f"{said.email}: {entered.email}"] if entered.email else []
    return "".join(f"<p>{html.escape(line)}</p>" for line in lines)


def _closed(languages: list[str]) -> Response:
    """There is no such door: a page that says so, and nothing else."""
    language = next((tag[:2].lower() for tag in languages if tag[:2].lower() in SENTENCES), "en")
    sentence = html.escape(SENTENCES[language].closed)
    page = f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{sentence}</title>'
    return HTMLResponse(f"{page}<p>{sentence}</p></html>", status_code=404)
