"""The manifest of a Slack app for Konstruct, to be pasted into Slack's page *Create New App*.

The app may do the least that answering takes. Its events go to one address, or over Socket Mode
where Slack can reach none. Slack asks an address at once whether it knows the app, so an app of a
business's own gets its address once it is connected, with a second manifest.
"""

import json
from typing import Any, Final
from urllib.parse import quote, urlencode

BOT_SCOPES: Final = (
    "app_mentions:read",  # who turns to it in a channel
    "channels:history",  # replies in a thread it is in, and whether an answer arrived there
    "chat:write",
    "files:read",
    "groups:history",
    "im:history",
    "im:write",
    "mpim:history",
    "users:read",  # names of those who write
)
BOT_EVENTS: Final = (
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
)
NEEDED: Final = frozenset({"app_mentions:read", "chat:write", "im:history"})
"""Without these it can neither hear nor answer. The rest costs abilities."""
MOST_NAME_CHARS: Final = 35
MOST_DESCRIPTION_CHARS: Final = 140
INSTALL_URL: Final = "https://slack.com/oauth/v2/authorize"
CREATE_URL: Final = "https://api.slack.com/apps?new_app=1&manifest_json="


def manifest(
    name: str,
    *,
    events_url: str | None = None,
    socket_mode: bool = False,
    redirect_url: str | None = None,
) -> dict[str, Any]:
    """Without an address and Socket Mode it hears nothing yet. `redirect_url` is for an app that
    several businesses add."""
    made: dict[str, Any] = {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": name[:MOST_NAME_CHARS],
            "description": f"{name}, an AI employee"[:MOST_DESCRIPTION_CHARS],
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
        },
        "oauth_config": {"scopes": {"bot": list(BOT_SCOPES)}},
        "settings": {
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }
    if redirect_url is not None:
        made["oauth_config"]["redirect_urls"] = [redirect_url]
    if socket_mode or events_url is not None:
        told: dict[str, Any] = {"bot_events": list(BOT_EVENTS)}
        if not socket_mode:
            told["request_url"] = events_url
        made["settings"]["event_subscriptions"] = told
    return made


def creation_link(made: dict[str, Any]) -> str:
    """Slack's page to make this app, filled in."""
    return CREATE_URL + quote(json.dumps(made, separators=(",", ":")), safe="")


def install_link(client_id: str) -> str:
    """Slack's page to add an app to one's workspace. Whoever leads there adds `state`, which they
    check when the page leads back, and `redirect_uri`."""
    return f"{INSTALL_URL}?{urlencode({'client_id': client_id, 'scope': ','.join(BOT_SCOPES)})}"
