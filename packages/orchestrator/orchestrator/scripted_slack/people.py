"""What people do in a workspace of the scripted Slack, and how the app is told.

`Workspace` keeps what there is; these functions change it and dispatch the events, in the shapes of
Slack's own samples: `app_mention` beside `message` for one message, `message_changed` also for what
nobody changed, the app's own words as events, another company's people in a shared channel.
"""

import time
from typing import Any

from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_slack.ids import new_id
from orchestrator.scripted_slack.workspace import Channel, File, Message, Person, Workspace

Event = dict[str, Any]


def say(
    workspace: Workspace,
    who: str,
    text: str,
    how: How | None = None,
    *,
    channel: str | None = None,
    kind: str = "channel",
    thread_ts: str | None = None,
    mention: bool = False,
    bot: bool = False,
    team_id: str | None = None,
    files: list[dict[str, Any]] | None = None,
    broadcast: bool = False,
    at: float | None = None,
) -> Message:
    """Somebody writes: without a channel to the app directly. `mention` puts the bot's name before
    the text; `team_id` is another company's, of a shared channel."""
    person = workspace.person(who, team_id=team_id, is_bot=bot)
    place = _place(workspace, person, channel, kind)
    if team_id and team_id not in (workspace.id, *place.shared_with):
        place.shared_with = (*place.shared_with, team_id)
    if mention:
        text = f"<@{workspace.installation.bot_user_id}> {text}"
    ts = workspace.clock.ts(at)
    message: Message = {"type": "message", "ts": ts, "text": text}
    if bot:
        message |= {"subtype": "bot_message", "bot_id": f"B{person.id[1:]}", "username": who}
    else:
        said_by = {"user": person.id, "team": person.team_id}
        message |= said_by | {"client_msg_id": new_id("client-")}
    if thread_ts:
        message["thread_ts"] = thread_ts
        message["parent_user_id"] = place.messages.get(thread_ts, {}).get("user", person.id)
    if broadcast:
        message["subtype"] = "thread_broadcast"
    if files:
        message |= {"subtype": "file_share", "upload": False}
        del message["team"], message["client_msg_id"]
        message["files"] = [_shared(workspace, person, each) for each in files]
    place.messages[ts] = message
    _told(workspace, place, message, how or How())
    return message


def edit(workspace: Workspace, channel: str, ts: str, text: str, how: How | None = None) -> None:
    """Its author writes it anew. With the same text it is a `message_changed` as a link's preview
    or a reply makes it: nobody edited anything."""
    place = workspace.channels[channel]
    before = place.messages[ts]
    after = before | {"text": text}
    if text != before["text"]:
        after["edited"] = {"user": before.get("user"), "ts": workspace.clock.ts()}
    place.messages[ts] = after
    event = {
        "type": "message",
        "subtype": "message_changed",
        "message": after,
        "previous_message": before,
        "hidden": True,
    }
    tell(workspace, place, event, how or How())


def delete(workspace: Workspace, channel: str, ts: str, how: How | None = None) -> None:
    place = workspace.channels[channel]
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": place.messages.pop(ts),
        "deleted_ts": ts,
        "hidden": True,
    }
    tell(workspace, place, event, how or How())


def revoke(workspace: Workspace) -> None:
    """A person takes the app's token away; Slack says so."""
    workspace.installation.revoked = True
    tell(
        workspace,
        None,
        {
            "type": "tokens_revoked",
            "tokens": {"oauth": [], "bot": [workspace.installation.bot_user_id]},
        },
        How(),
    )


def uninstall(workspace: Workspace) -> None:
    """A person removes the app: two events, in no promised order."""
    workspace.installation.uninstalled = True
    tell(workspace, None, {"type": "app_uninstalled"}, How())
    revoke(workspace)


def happens(workspace: Workspace, event: Event, channel: str | None = None) -> None:
    """Any other event: a reaction, a shared link, somebody joins."""
    tell(workspace, workspace.channels[channel] if channel else None, event, How())


def echo(workspace: Workspace, place: Channel, message: Message) -> None:
    """The app is told what it said itself."""
    if workspace.echoes:
        tell(workspace, place, message, How())


def tell(workspace: Workspace, place: Channel | None, event: Event, how: How) -> None:
    """Dispatch an event as the app's installation here gets it."""
    app = workspace.installation.app
    payload = envelope(workspace, place, event)
    if app.socket_mode:
        for _ in range(0 if how.lose else 2 if how.twice else 1):
            app.sockets.send(payload)
            if how.twice == "new":
                payload = payload | {"event_id": new_id("Ev")}
    else:
        app.dispatch.post(payload, how)


def envelope(workspace: Workspace, place: Channel | None, event: Event) -> dict[str, Any]:
    """The event with what names its installation. Of a shared channel the outer team may be the
    other company's; `authorizations` names ours."""
    installation = workspace.installation
    shared = bool(place and place.shared_with)
    team = str(event.get("team") or workspace.id) if shared else workspace.id
    inner = dict(event)
    if place is not None:
        inner.setdefault("event_ts", event.get("ts") or workspace.clock.ts())
    if place is not None and inner["type"] == "message":
        inner.setdefault("ts", inner["event_ts"])
        inner |= {"channel": place.id, "channel_type": place.kind}
    elif place is not None:
        inner.setdefault("channel", place.id)
    return {
        "token": "verification-token-of-old",
        "team_id": team,
        "context_team_id": workspace.id,
        "context_enterprise_id": workspace.enterprise_id,
        "enterprise_id": workspace.enterprise_id,
        "api_app_id": installation.app.id,
        "event": inner,
        "type": "event_callback",
        "event_id": new_id("Ev"),
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": workspace.enterprise_id,
                "team_id": None if workspace.org_wide else workspace.id,
                "user_id": installation.bot_user_id,
                "is_bot": True,
                "is_enterprise_install": workspace.org_wide,
            }
        ],
        "is_ext_shared_channel": shared,
        "event_context": new_id("4-"),
    }


def _place(workspace: Workspace, person: Person, name: str | None, kind: str) -> Channel:
    if name is None:
        return workspace.direct(person)
    found = workspace.channels.get(name) or workspace.channel(name, kind)  # type: ignore[arg-type]
    found.members.add(person.id)
    return found


def _told(workspace: Workspace, place: Channel, message: Message, how: How) -> None:
    """One message that names the bot in a channel is two events, with two ids."""
    bot = workspace.installation.bot_user_id
    tell(workspace, place, message, how)
    if place.kind != "im" and f"<@{bot}>" in message["text"] and not message.get("bot_id"):
        mention = {name: kept for name, kept in message.items() if name != "subtype"}
        tell(workspace, place, mention | {"type": "app_mention"}, How(lose=how.lose))


def _shared(workspace: Workspace, person: Person, given: dict[str, Any]) -> dict[str, Any]:
    """A file is there from now on; how a message names it."""
    content = given.get("content", "")
    made = File(
        id=new_id("F"),
        name=str(given.get("name", "notes.txt")),
        mimetype=str(given.get("mimetype", "text/plain")),
        content=content if isinstance(content, bytes) else str(content).encode(),
        user=person.id,
    )
    workspace.files[made.id] = made
    if given.get("connect"):  # of another company: the app has to ask
        return {"id": made.id, "file_access": "check_file_info"}
    return {
        "id": made.id,
        "name": made.name,
        "title": made.name,
        "mimetype": made.mimetype,
        "filetype": made.name.rpartition(".")[2],
        "user": made.user,
        "size": len(made.content),
        "mode": "hosted",
        "is_external": False,
        "file_access": "visible",
    }
