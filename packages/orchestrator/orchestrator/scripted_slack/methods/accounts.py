"""Who the token is, and what an installation is."""

import time

from orchestrator.scripted_slack.methods.method import Answer, Asked, Method, SlackError


def auth_test(asked: Asked) -> Answer:
    workspace, installation = asked.workspace, asked.workspace.installation
    found: Answer = {
        "ok": True,
        "url": f"https://{workspace.name}.slack.com/",
        "team": workspace.name,
        "user": installation.app.name.lower(),
        "team_id": workspace.id,
        "user_id": installation.bot_user_id,
        "bot_id": installation.bot_id,
        "is_enterprise_install": workspace.org_wide,
    }
    if workspace.enterprise_id:
        found["enterprise_id"] = workspace.enterprise_id
    if installation.expires_at is not None:
        found["expires_in"] = max(0, int(installation.expires_at - time.time()))
    return found


def team_info(asked: Asked) -> Answer:
    workspace = asked.workspace
    return {
        "ok": True,
        "team": {
            "id": workspace.id,
            "name": workspace.name,
            "domain": workspace.name,
            "icon": {"image_132": f"https://avatars.example.com/{workspace.id}.png"},
        },
    }


def bot_info(asked: Asked) -> Answer:
    workspace, installation = asked.workspace, asked.workspace.installation
    if asked.required("bot", "bot_not_found") != installation.bot_id:
        raise SlackError("bot_not_found")
    return {
        "ok": True,
        "bot": {
            "id": installation.bot_id,
            "deleted": False,
            "name": installation.app.name,
            "updated": 1,
            "app_id": installation.app.id,
            "user_id": installation.bot_user_id,
            "icons": {"image_72": f"https://avatars.example.com/{workspace.id}_72.png"},
        },
    }


def auth_revoke(asked: Asked) -> Answer:
    asked.workspace.installation.revoked = True
    return {"ok": True, "revoked": True}


def api_test(asked: Asked) -> Answer:
    return {"ok": True, "args": {k: v for k, v in asked.arguments.items() if k != "token"}}


ACCOUNTS = {
    "api.test": Method(api_test),
    "auth.test": Method(auth_test),
    "auth.revoke": Method(auth_revoke),
    "bots.info": Method(bot_info, ("users:read",)),
    "team.info": Method(team_info, ("team:read",)),
}
