"""The scripted Slack's Web API: who calls, whether they may, and what they get.

As on Slack nearly every answer is a 200 with `ok`; only a limit is a 429, and only a fault a 5xx.
"""

import asyncio
import json
from contextlib import suppress
from typing import Any, Protocol

from aiohttp import web

from orchestrator.scripted_channel.faults import TAKES, Fault
from orchestrator.scripted_slack.methods import METHODS, Asked, Method, SlackError
from orchestrator.scripted_slack.oauth import OAUTH, Installed, opened_socket
from orchestrator.scripted_slack.workspace import Workspace

HANGS_S = 3600.0
WRITES = frozenset({"chat.postMessage", "chat.update"})
"""The methods that faults of messages befall."""
FAULT_ERRORS = {"blocked": "restricted_action", "parse": "invalid_blocks"}
SIGN_IN_PAGE = "<!DOCTYPE html><html><title>Slack: sign in</title></html>"


class Slack(Installed, Protocol):
    """Where apps and workspaces are looked up; `gone` once it closes."""

    gone: asyncio.Event


class WebApi:
    def __init__(self, slack: Slack) -> None:
        self._slack = slack

    async def call(self, request: web.Request) -> web.Response:
        name, arguments = request.match_info["method"], await _arguments(request)
        token = _token(request, arguments)
        try:
            if name in OAUTH:
                return web.json_response(OAUTH[name](self._slack, request, arguments))
            if name == "apps.connections.open":
                return web.json_response(opened_socket(self._slack, token))
            workspace = self._workspace(token)
            method = METHODS.get(name)
            if method is None:
                raise SlackError("unknown_method")
            _scoped(method, workspace)
            return await self._done(name, method, Asked(workspace, arguments, self._slack.base_url))
        except SlackError as refused:
            return web.json_response(refused.answer)

    async def file(self, request: web.Request) -> web.Response:
        """A file's bytes. Who may not have it gets Slack's log-in page, with 200."""
        token = _token(request, {})
        try:
            workspace = self._workspace(token)
            if "files:read" not in workspace.installation.scopes:
                raise SlackError("missing_scope")
        except SlackError:
            return web.Response(text=SIGN_IN_PAGE, content_type="text/html")
        team, _, file_id = request.match_info["file"].partition("-")
        found = workspace.files.get(file_id) if team == workspace.id else None
        if found is None:
            raise web.HTTPNotFound
        if workspace.next_answer("files-pri") is not None:
            raise web.HTTPFound("http://elsewhere.invalid/with-your-token")
        return web.Response(body=found.content, content_type=found.mimetype)

    def _workspace(self, token: str) -> Workspace:
        if not token:
            raise SlackError("not_authed")
        for workspace in self._slack.workspaces.values():
            if workspace.installation.knows(token):
                if problem := workspace.installation.problem():
                    raise SlackError(problem)
                return workspace
        raise SlackError("invalid_auth")

    async def _done(self, name: str, method: Method, asked: Asked) -> web.Response:
        told = asked.workspace.next_answer(name)
        if told is not None:
            return _told(told)
        fault = None
        if name in WRITES:
            place = str(asked.arguments.get("channel"))
            format_ = "markdown" if asked.arguments.get("markdown_text") else "plain"
            fault = asked.workspace.faults.next(place, format_)
        if fault is not None and fault.kind not in TAKES:
            return await self._misbehave(fault, None)
        answer = web.json_response(method.do(asked))
        answer.headers["X-OAuth-Scopes"] = ",".join(sorted(asked.workspace.installation.scopes))
        return answer if fault is None else await self._misbehave(fault, asked)

    async def _misbehave(self, fault: Fault, taken: Asked | None) -> web.Response:  # noqa: ARG002
        match fault.kind:
            case "limit":
                return _told({"error": "ratelimited", "retry_after": fault.retry_after})
            case "error":
                return _told({"error": "internal_error", "status": 500})
            case "hang" | "stall":
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._slack.gone.wait(), HANGS_S)
            case "drop" | "refuse":
                raise ConnectionAbortedError
            case kind:
                raise SlackError(FAULT_ERRORS[kind])
        return web.Response()


def _scoped(method: Method, workspace: Workspace) -> None:
    held = workspace.installation.scopes
    if method.scopes and not held.intersection(method.scopes):
        raise SlackError("missing_scope", needed=method.scopes[0], provided=",".join(sorted(held)))


def _told(told: dict[str, Any]) -> web.Response:
    """What a script wants to be answered."""
    limited = told.get("retry_after") is not None
    status = int(told.get("status", 429 if limited else 200))
    headers = {"Retry-After": str(told["retry_after"])} if limited else {}
    body = {"ok": False, "error": told["error"], **told.get("more", {})}
    return web.json_response(body, status=status, headers=headers)


def _token(request: web.Request, arguments: dict[str, Any]) -> str:
    said = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    return said or str(arguments.get("token", ""))


async def _arguments(request: web.Request) -> dict[str, Any]:
    """JSON or a form, as Slack takes both."""
    arguments: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        with suppress(ValueError):
            body = json.loads(await request.text() or "{}")
            if isinstance(body, dict):
                arguments |= body
    elif request.method == "POST":
        arguments |= dict((await request.post()).items())
    return arguments
