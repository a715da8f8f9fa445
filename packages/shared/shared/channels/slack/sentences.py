"""What a person is told about a Slack account, by Slack's error code."""

from typing import Final

_COPY: Final = "Copy the Bot User OAuth Token from the app's page OAuth & Permissions once more."
_INSTALL: Final = "Install the app in the workspace again, and connect it with its new token."
_MANIFEST: Final = (
    "Paste what `konstruct channel manifest slack` says into the app's page App Manifest, and "
    "install the app again."
)
_ADMIN: Final = "Ask an admin of the workspace."
SENTENCES: Final[dict[str, str]] = {
    "access_denied": f"The workspace does not let this app in. {_ADMIN}",
    "accesslimited": "Slack refuses calls from this server's address. Add it to the app's allowed "
    "IP address ranges.",
    "account_inactive": f"The app was removed from the Slack workspace. {_INSTALL}",
    "another_account": "This token is of another workspace. Connect that one by itself.",
    "app_uninstalled": f"The app was removed from the Slack workspace. {_INSTALL}",
    "channel_not_found": "The app does not see this channel, or it is gone. Invite it there.",
    "ekm_access_denied": "Admins of the organisation have suspended posting. Ask one of them.",
    "enterprise_is_restricted": "The organisation does not allow this. Ask one of its admins.",
    "invalid_auth": f"Slack does not know this bot token. {_COPY}",
    "invalid_refresh_token": f"Slack does not take the refresh token any more. {_INSTALL}",
    "is_archived": "The channel was archived.",
    "link_disabled": "Socket Mode is off for this app. Turn it on at the app's page Socket Mode, "
    "or give Slack the webhook's address and connect without an app token.",
    "messages_tab_disabled": "Direct messages to this app are off. Turn its Messages Tab on, at "
    "the app's page App Home.",
    "missing_scope": f"The app lacks a permission. {_MANIFEST}",
    "msg_too_long": "Slack takes no message that long.",
    "bad_redirect_uri": "Slack's page led back to another address than it was told. Add the app "
    "once more.",
    "invalid_code": "The code of Slack's page is used or too old. Add the app once more.",
    "no_app": "This installation has no Slack app of its own. Make one for your business, and "
    "connect it with its bot token.",
    "no_app_token": "This app has no app-level token. Make one with the scope connections:write.",
    "no_bot": "This token acts for a person, not for the app. Use the Bot User OAuth Token, which "
    "begins with xoxb-.",
    "no_permission": f"The app may not do this in the workspace. {_ADMIN}",
    "not_allowed_token_type": "This is a token of another kind. Use the Bot User OAuth Token, "
    "which begins with xoxb-.",
    "not_authed": f"There is no bot token. {_COPY}",
    "not_in_channel": "The app is not in this channel. Invite it with /invite.",
    "org_login_required": "The workspace is being moved into an Enterprise organisation. It works "
    "again when that is done.",
    "restricted_action": f"The workspace's settings keep apps from posting here. {_ADMIN}",
    "restricted_action_read_only_channel": "This channel can only be read.",
    "restricted_action_thread_locked": "An admin has locked this thread.",
    "team_access_not_granted": "The app is installed for the organisation, but not in this "
    "workspace. Ask an admin of the organisation to add it there.",
    "token_expired": "The bot token has ended. For tokens that rotate, connect with refresh_token, "
    "client_id and client_secret, too.",
    "token_revoked": f"The app's token was taken away in Slack. {_INSTALL}",
    "two_factor_setup_required": f"The workspace asks for two-factor authentication. {_ADMIN}",
}


def sentence(code: str, needed: str | None = None) -> str:
    """For a person. `needed` is the permission that Slack names."""
    if code == "missing_scope" and needed:
        return f"The app lacks the permission {needed}. {_MANIFEST}"
    return SENTENCES.get(code, f"Slack said: {code}.")
