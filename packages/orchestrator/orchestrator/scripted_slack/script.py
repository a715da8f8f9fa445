"""What tests and developers tell the scripted Slack over HTTP, at `/__…`.

Each is a POST of a JSON object that names its `workspace`, but for `clock`. docs/channels/slack.md
lists them.
"""

from typing import Any

from orchestrator.scripted_channel.faults import Fault
from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_slack import people
from orchestrator.scripted_slack.oauth import LASTS_S
from orchestrator.scripted_slack.workspace import Channel, Workspace


async def done(workspace: Workspace, what: str, told: dict[str, Any]) -> dict[str, Any]:
    """Raises KeyError, TypeError and BadFault for what makes no sense."""
    how = How(**told.pop("how", {}))
    app, installation = workspace.installation.app, workspace.installation
    match what:
        case "say":
            place_before = told.get("channel")
            message = people.say(workspace, told.pop("who"), told.pop("text"), how, **told)
            return {"ts": message["ts"], "channel": _place_of(workspace, message, place_before)}
        case "edit":
            people.edit(workspace, told["channel"], told["ts"], told["text"], how)
        case "delete":
            people.delete(workspace, told["channel"], told["ts"], how)
        case "happens":
            people.happens(workspace, told["event"], told.get("channel"))
        case "channel":
            return _set(workspace, told)
        case "url":
            return {"verified": await _verified(workspace, told)}
        case "release":
            return {"events": app.dispatch.release(**told)}
        case "redeliver":
            return {"events": app.dispatch.redeliver(**told)}
        case "fault":
            workspace.faults.add(Fault(**told))
        case "answer":
            workspace.answers.append({"method": told["method"], "error": told["error"], **told})
        case "faultless":
            workspace.faults.clear()
            workspace.answers.clear()
        case "scopes":
            installation.scopes = set(told["scopes"])
        case "rotate":
            installation.rotate(float(told.get("lasts_s", LASTS_S)))
            return {"token": installation.token, "refresh_token": installation.refresh_token}
        case "revoke":
            people.revoke(workspace)
        case "uninstall":
            people.uninstall(workspace)
        case "restore":
            installation.restore()
        case "disconnect":
            await app.sockets.disconnect(**told)
        case "break_off":
            app.sockets.break_off()
        case _:
            raise KeyError(what)
    return {}


async def _verified(workspace: Workspace, told: dict[str, Any]) -> bool:
    """Where the app's events go, if whoever is there knows the app's secret."""
    dispatch = workspace.installation.app.dispatch
    if told.get("verify", True):
        return await dispatch.challenge(str(told["url"]))
    dispatch.url, dispatch.other_urls = str(told["url"]), list(told.get("others", ()))
    return True


def _set(workspace: Workspace, told: dict[str, Any]) -> dict[str, Any]:
    """A channel, made or changed: archived, shared, with the bot in it or not."""
    place: Channel = workspace.channels.get(told["name"]) or workspace.channel(
        told["name"], told.get("kind", "channel")
    )
    place.archived = bool(told.get("archived", place.archived))
    place.shared_with = tuple(told.get("shared_with", place.shared_with))
    bot = workspace.installation.bot_user_id
    if told.get("bot", bot in place.members):
        place.members.add(bot)
    else:
        place.members.discard(bot)
    return {"channel": place.id}


def _place_of(workspace: Workspace, message: dict[str, Any], named: str | None) -> str:
    if named in workspace.channels:
        return str(named)
    for place in workspace.channels.values():
        if message["ts"] in place.messages and place.messages[message["ts"]] is message:
            return place.id
    raise KeyError(named)
