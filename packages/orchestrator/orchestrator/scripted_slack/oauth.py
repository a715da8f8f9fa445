"""Installing by OAuth, tokens that rotate, and the door of Socket Mode: calls of the app itself."""

import base64
import binascii
import secrets
import time
from collections.abc import Callable
from typing import Any, Protocol

from aiohttp import web

from orchestrator.scripted_slack.methods import SlackError
from orchestrator.scripted_slack.workspace import App, Workspace

LASTS_S = 12 * 3600.0


class Installed(Protocol):
    apps: dict[str, App]
    workspaces: dict[str, Workspace]
    codes: dict[str, tuple[str, str]]
    """Of each code that a person was given: the workspace, and where they go back to."""

    @property
    def base_url(self) -> str: ...


def access(slack: Installed, request: web.Request, arguments: dict[str, Any]) -> dict[str, Any]:
    """A code for a token, or a refresh token, good once, for the next pair."""
    app = _app(slack, request, arguments)
    if arguments.get("grant_type") == "refresh_token":
        return _refreshed(slack, app, str(arguments.get("refresh_token", "")))
    code = str(arguments.get("code", ""))
    if code not in slack.codes:
        raise SlackError("invalid_code")
    name, redirect_uri = slack.codes.pop(code)
    if redirect_uri != str(arguments.get("redirect_uri", redirect_uri)):
        raise SlackError("bad_redirect_uri")
    workspace = slack.workspaces[name]
    if workspace.installation.app is not app:
        raise SlackError("invalid_code")
    workspace.installation.restore()
    return _granted(workspace)


def _refreshed(slack: Installed, app: App, refresh_token: str) -> dict[str, Any]:
    for workspace in slack.workspaces.values():
        installation = workspace.installation
        if installation.refresh_token == refresh_token and installation.app is app:
            installation.rotate(LASTS_S)
            return _granted(workspace)
    raise SlackError("invalid_refresh_token")


def _granted(workspace: Workspace) -> dict[str, Any]:
    installation = workspace.installation
    granted: dict[str, Any] = {
        "ok": True,
        "app_id": installation.app.id,
        "authed_user": {"id": next(iter(workspace.people), "U0")},
        "scope": ",".join(sorted(installation.scopes)),
        "token_type": "bot",
        "access_token": installation.token,
        "bot_user_id": installation.bot_user_id,
        "team": None if workspace.org_wide else {"id": workspace.id, "name": workspace.name},
        "enterprise": {"id": workspace.enterprise_id, "name": workspace.name}
        if workspace.enterprise_id
        else None,
        "is_enterprise_install": workspace.org_wide,
    }
    if installation.expires_at is not None:
        granted["refresh_token"] = installation.refresh_token
        granted["expires_in"] = int(installation.expires_at - time.time())
    return granted


def authorize(slack: Installed, request: web.Request) -> web.Response:
    """The page on which a person says yes; this one says yes at once, in the workspace that `team`
    names or the first of the app's."""
    client_id = request.query.get("client_id", "")
    for name, workspace in slack.workspaces.items():
        if workspace.installation.app.client_id == client_id:
            if request.query.get("team", workspace.id) != workspace.id:
                continue
            code, back = secrets.token_hex(16), request.query.get("redirect_uri", "")
            slack.codes[code] = (name, back)
            state = request.query.get("state", "")
            raise web.HTTPFound(f"{back}?code={code}&state={state}")
    raise web.HTTPBadRequest(text="no app has this client_id")


def opened_socket(slack: Installed, token: str) -> dict[str, Any]:
    """The address of one Socket Mode connection."""
    for app in slack.apps.values():
        if app.app_token == token:
            if not app.socket_mode:
                raise SlackError("forbidden_team")
            host = slack.base_url.replace("http://", "ws://", 1)
            return {
                "ok": True,
                "url": f"{host}/link/?ticket={app.sockets.ticket()}&app_id={app.id}",
            }
    raise SlackError("not_allowed_token_type" if token.startswith("xoxb") else "invalid_auth")


def _app(slack: Installed, request: web.Request, arguments: dict[str, Any]) -> App:
    """The app by its id and secret, as arguments or as HTTP's basic authorization."""
    client_id = str(arguments.get("client_id", ""))
    client_secret = str(arguments.get("client_secret", ""))
    said = request.headers.get("Authorization", "")
    if said.startswith("Basic "):
        try:
            client_id, _, client_secret = base64.b64decode(said[6:]).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise SlackError("invalid_client_id") from None
    for app in slack.apps.values():
        if app.client_id == client_id:
            if app.client_secret != client_secret:
                raise SlackError("bad_client_secret")
            return app
    raise SlackError("invalid_client_id")


OAUTH: dict[str, Callable[[Any, web.Request, dict[str, Any]], dict[str, Any]]] = {
    "oauth.v2.access": access
}
