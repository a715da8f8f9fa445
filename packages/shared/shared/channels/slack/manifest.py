"""The manifest of a Slack app for Konstruct, to be pasted into Slack's page *Create New App*.

Its events go to one address, or over Socket Mode where this installation has none that Slack can
reach. What the app may do is the least that answering takes.
"""

from typing import Any, Final

BOT_SCOPES: Final = (
    "app_mentions:read",  # who turns to it in a channel
    "channels:history",  # replies in a thread it is in
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
MOST_NAME_CHARS = 35
MOST_DESCRIPTION_CHARS = 140
NEEDED: Final = frozenset({"chat:write", "im:history", "app_mentions:read"})
"""Without these it cannot hear or answer at all; the rest costs abilities."""


def manifest(
    name: str,
    *,
    events_url: str | None,
    redirect_url: str | None = None,
    rotates: bool = False,
) -> dict[str, Any]:
    """`events_url` None means Socket Mode; `redirect_url` is for an app that several businesses
    install by OAuth."""
    subscriptions: dict[str, Any] = {"bot_events": list(BOT_EVENTS)}
    if events_url is not None:
        subscriptions = {"request_url": events_url} | subscriptions
    oauth: dict[str, Any] = {"scopes": {"bot": list(BOT_SCOPES)}}
    if redirect_url is not None:
        oauth = {"redirect_urls": [redirect_url]} | oauth
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {
            "name": name[:MOST_NAME_CHARS],
            "description": f"{name}, an AI employee by Konstruct"[:MOST_DESCRIPTION_CHARS],
        },
        "features": {
            "app_home": {
                "home_tab_enabled": False,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
        },
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": subscriptions,
            "interactivity": {"is_enabled": False},
            "org_deploy_enabled": False,
            "socket_mode_enabled": events_url is None,
            "token_rotation_enabled": rotates,
        },
    }
