"""The scripted Slack's server: `/api/…` and `/link/` for apps, `/__…` for the script.

Everything runs on the event loop that opened it.
"""

import json
from typing import Any

from aiohttp import web

from orchestrator.scripted_channel.faults import BadFault
from orchestrator.scripted_channel.served import Served
from orchestrator.scripted_slack import oauth, script
from orchestrator.scripted_slack.dispatch import Dispatch
from orchestrator.scripted_slack.ids import Clock, new_id
from orchestrator.scripted_slack.sockets import Sockets
from orchestrator.scripted_slack.web_api import WebApi
from orchestrator.scripted_slack.workspace import App, Installation, Workspace


class ScriptedSlack(Served):
    """`async with ScriptedSlack() as slack:` serves at `slack.base_url`."""

    def __init__(self, *, port: int = 0) -> None:
        super().__init__(port=port)
        self.apps: dict[str, App] = {}
        self.workspaces: dict[str, Workspace] = {}
        self.codes: dict[str, tuple[str, str]] = {}
        self.clock = Clock()

    @property
    def api_url(self) -> str:
        """Where an app finds the Web API."""
        return f"{self.base_url}/api/"

    def app(self, name: str, *, signing_secret: str | None = None) -> App:
        """Of this name, made at the first call."""
        if name not in self.apps:
            secret = signing_secret or new_id("signing-secret-")
            dispatch = Dispatch(secret, self.clock)
            self.apps[name] = App(name, dispatch, Sockets(self.clock))
        return self.apps[name]

    def workspace(
        self,
        name: str,
        *,
        app: str | None = None,
        signing_secret: str | None = None,
        token: str | None = None,
        socket_mode: bool | None = None,
        grid: bool = False,
        org_wide: bool = False,
        rotates: bool = False,
        echoes: bool = True,
    ) -> Workspace:
        """Of this name, made at the first call with the app installed: one of its own, or `app`'s
        that others have, too."""
        if name not in self.workspaces:
            its = self.app(app or f"{name}-app", signing_secret=signing_secret)
            if socket_mode is not None:
                its.socket_mode = socket_mode
            installation = Installation(its)
            installation.token = token or installation.token
            if rotates:
                installation.rotate(oauth.LASTS_S)
            made = Workspace(name, self.clock, installation, echoes=echoes)
            if grid or org_wide:
                made.enterprise_id, made.org_wide = new_id("E"), org_wide
            self.workspaces[name] = made
        return self.workspaces[name]

    def application(self) -> web.Application:
        api = WebApi(self)
        web_app = web.Application(client_max_size=4 * 1024 * 1024, middlewares=[_cut_off])
        web_app.add_routes(
            [
                web.route("*", "/api/{method}", api.call),
                web.get("/files-pri/{file}/{name}", api.file),
                web.get("/files-pri/download/{file}/{name}", api.file),
                web.get("/oauth/v2/authorize", self._authorize),
                web.get("/link/", self._link),
                web.get("/__received", self._received),
                web.get("/__stats", self._stats),
                web.post("/__{what}", self._told),
            ]
        )
        return web_app

    async def leave(self) -> None:
        for app in self.apps.values():
            await app.dispatch.close()
            await app.sockets.close()

    async def _authorize(self, request: web.Request) -> web.Response:
        return oauth.authorize(self, request)

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        for app in self.apps.values():
            if app.id == request.query.get("app_id"):
                return await app.sockets.serve(request, app.id)
        raise web.HTTPForbidden

    # ── the script ─────────────────────────────────────────────────────────────────────────────

    async def _told(self, request: web.Request) -> web.Response:
        what = request.match_info["what"]
        try:
            told: dict[str, Any] = await request.json()
            if what == "clock":
                self.clock.speed = float(told["speed"])
                return web.json_response({})
            name = str(told.pop("workspace"))
            if what == "workspace":
                return web.json_response(_introduced(self.workspace(name, **told)))
            if name not in self.workspaces:
                raise _refusal(web.HTTPNotFound, f"there is no workspace {name!r}")
            return web.json_response(await script.done(self.workspaces[name], what, told))
        except (BadFault, KeyError, TypeError, ValueError, AttributeError) as error:
            raise _refusal(web.HTTPBadRequest, f"{type(error).__name__}: {error}") from error

    async def _received(self, request: web.Request) -> web.Response:
        workspace = self.workspaces.get(request.query.get("workspace", ""))
        if workspace is None:
            raise _refusal(web.HTTPNotFound, "name a workspace")
        place = request.query.get("channel")
        return web.json_response(
            [each for each in workspace.received if place in (None, each["channel"])]
        )

    async def _stats(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                name: {
                    "received": len(workspace.received),
                    "asked": workspace.asked,
                    "statuses": len(workspace.statuses),
                    "outstanding": workspace.installation.app.dispatch.outstanding
                    + workspace.installation.app.sockets.outstanding,
                    "events": dict(workspace.installation.app.dispatch.counts),
                    "sockets": dict(workspace.installation.app.sockets.counts),
                }
                for name, workspace in self.workspaces.items()
            }
        )


@web.middleware
async def _cut_off(request: web.Request, handler: Any) -> web.StreamResponse:
    """A fault that ends the connection instead of answering."""
    try:
        answer: web.StreamResponse = await handler(request)
    except ConnectionAbortedError:
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    return answer


def _introduced(workspace: Workspace) -> dict[str, Any]:
    """What a person reads on the app's pages."""
    app, installation = workspace.installation.app, workspace.installation
    return {
        "team_id": workspace.id,
        "enterprise_id": workspace.enterprise_id,
        "app_id": app.id,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "signing_secret": app.signing_secret,
        "app_token": app.app_token,
        "token": installation.token,
        "refresh_token": installation.refresh_token,
        "bot_user_id": installation.bot_user_id,
        "bot_id": installation.bot_id,
    }


def _refusal(kind: type[web.HTTPException], message: str) -> web.HTTPException:
    body = json.dumps({"error": "bad_request", "message": message})
    return kind(text=body, content_type="application/json")
