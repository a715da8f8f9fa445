"""Reading: channels, histories, threads and files."""

from typing import Any

from orchestrator.scripted_slack.methods.method import Answer, Asked, Method, SlackError
from orchestrator.scripted_slack.workspace import Channel, File, Message, Workspace

MOST = 999
PAGE = 100
HISTORY_SCOPE = {
    "im": "im:history",
    "channel": "channels:history",
    "group": "groups:history",
    "mpim": "mpim:history",
}


def info(asked: Asked) -> Answer:
    place = asked.channel()
    return {
        "ok": True,
        "channel": {
            "id": place.id,
            "name": place.name,
            "is_channel": place.kind == "channel",
            "is_group": place.kind == "group",
            "is_im": place.kind == "im",
            "is_mpim": place.kind == "mpim",
            "is_private": place.kind != "channel",
            "is_archived": place.archived,
            "is_member": asked.workspace.installation.bot_user_id in place.members,
            "is_ext_shared": bool(place.shared_with),
            "context_team_id": asked.workspace.id,
        },
    }


def open_(asked: Asked) -> Answer:
    person = asked.workspace.people.get(asked.required("users", "users_list_not_supplied"))
    if person is None:
        raise SlackError("user_not_found")
    return {"ok": True, "channel": {"id": asked.workspace.direct(person).id}}


def history(asked: Asked) -> Answer:
    place = _readable(asked)
    asked.workspace.asked += 1
    return _page(asked, [each for each in place.timeline() if _within(asked, each)])


def replies(asked: Asked) -> Answer:
    place = _readable(asked)
    asked.workspace.asked += 1
    ts = asked.required("ts", "thread_not_found")
    if ts not in place.messages:
        raise SlackError("thread_not_found")
    found = place.thread(ts)
    return _page(asked, [each for each in found if each["ts"] == ts or _within(asked, each)])


def _readable(asked: Asked) -> Channel:
    place = asked.channel()
    needed, held = HISTORY_SCOPE[place.kind], asked.workspace.installation.scopes
    if needed not in held:
        raise SlackError("missing_scope", needed=needed, provided=",".join(sorted(held)))
    if asked.workspace.installation.bot_user_id not in place.members:
        raise SlackError("not_in_channel")
    return place


def _within(asked: Asked, message: Message) -> bool:
    oldest, latest = asked.arguments.get("oldest"), asked.arguments.get("latest")
    ts = str(message["ts"])
    return (not oldest or ts > str(oldest)) and (not latest or ts < str(latest))


def _page(asked: Asked, found: list[Message]) -> Answer:
    limit = min(int(asked.arguments.get("limit") or PAGE), MOST)
    begin = int(asked.arguments.get("cursor") or 0)
    page, more = found[begin : begin + limit], len(found) > begin + limit
    if str(asked.arguments.get("include_all_metadata", "")).lower() not in ("true", "1"):
        page = [_without_metadata(each) for each in page]
    return {
        "ok": True,
        "messages": page,
        "has_more": more,
        "response_metadata": {"next_cursor": str(begin + limit) if more else ""},
    }


def _without_metadata(message: Message) -> Message:
    return {name: kept for name, kept in message.items() if name != "metadata"}


def user_info(asked: Asked) -> Answer:
    user_id = asked.required("user", "user_not_found")
    installation = asked.workspace.installation
    if user_id == installation.bot_user_id:
        return _user(user_id, asked.workspace.id, installation.app.name, is_bot=True)
    person = asked.workspace.people.get(user_id)
    if person is None:
        raise SlackError("user_not_found")
    found = _user(person.id, person.team_id, person.name, is_bot=person.is_bot)
    found["user"] |= {"locale": person.locale, "deleted": person.deleted}
    return found


def _user(id_: str, team_id: str, name: str, *, is_bot: bool) -> dict[str, Any]:
    return {
        "ok": True,
        "user": {
            "id": id_,
            "team_id": team_id,
            "name": name.lower(),
            "real_name": name,
            "deleted": False,
            "is_bot": is_bot,
            "profile": {
                "display_name": name,
                "real_name": name,
                "image_192": f"https://avatars.example.com/{id_}_192.png",
            },
        },
    }


def file_info(asked: Asked) -> Answer:
    found = asked.workspace.files.get(asked.required("file", "file_not_found"))
    if found is None:
        raise SlackError("file_not_found")
    return {"ok": True, "file": described(asked.workspace, found, asked.base_url)}


def described(workspace: Workspace, file: File, base_url: str) -> dict[str, Any]:
    """A file as files.info tells it."""
    url = f"{base_url}/files-pri/{workspace.id}-{file.id}/{file.name}"
    return {
        "id": file.id,
        "name": file.name,
        "title": file.name,
        "mimetype": file.mimetype,
        "filetype": file.name.rpartition(".")[2],
        "size": len(file.content),
        "user": file.user,
        "mode": "hosted",
        "is_external": False,
        "url_private": url,
        "url_private_download": url.replace("/files-pri/", "/files-pri/download/"),
    }


CONVERSATIONS = {
    "conversations.info": Method(info, ("channels:read", "groups:read", "im:read", "mpim:read")),
    "conversations.open": Method(open_, ("im:write", "mpim:write")),
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
    "users.info": Method(user_info, ("users:read",)),
    "files.info": Method(file_info, ("files:read",)),
}
