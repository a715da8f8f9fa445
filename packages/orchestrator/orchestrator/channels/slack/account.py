"""Which workspace an account is, whether it is well, and tokens that rotate."""

import time
from typing import Any, Final

import aiohttp
from shared.channels.proofs import Health, Person, Proved
from shared.channels.slack.manifest import NEEDED
from shared.channels.slack.sentences import sentence

from orchestrator.channels.adapter import AccountRefused, Line
from orchestrator.channels.slack.calls import Answer, call

RENEW_BEFORE_S: Final = 2 * 3600.0
"""A token that rotates is good for twelve hours."""


async def prove(line: Line) -> Proved:
    """Raises AccountRefused."""
    said = await asked(line, "auth.test")
    body = said.body
    if not body.get("bot_id"):
        raise AccountRefused("no_bot", sentence("no_bot"))
    require_scopes(said)
    is_org_wide = bool(body.get("is_enterprise_install"))
    key = body.get("enterprise_id") if is_org_wide else body.get("team_id")
    bot = await _bot(line, str(body["bot_id"]))
    facts = {
        "own_id": str(body["user_id"]),
        "bot_id": str(body["bot_id"]),
        "app_id": bot.get("app_id"),
        "team": str(body.get("team") or ""),
        "url": str(body.get("url") or ""),
    }
    return Proved(
        external_key=str(key),
        name=facts["team"] or None,
        picture_url=(bot.get("icons") or {}).get("image_72"),
        settings={name: fact for name, fact in facts.items() if fact},
        listens=bool(line.account.credentials.get("app_token")),
    )


async def check(line: Line) -> Health:
    """Slack takes the token, for the same workspace, with what answering needs."""
    try:
        proved = await prove(line)
    except AccountRefused as error:
        return Health(False, error.code, error.sentence)
    if proved.external_key != line.account.external_key:
        return Health(False, "another_account", sentence("another_account"))
    return Health(True, name=proved.name, picture_url=proved.picture_url)


async def refresh(line: Line) -> dict[str, str] | None:
    """The next pair of tokens, if these end soon. A refresh token is good once: whoever calls this
    is the only one who does. Raises AccountRefused."""
    kept = line.account.credentials
    if not all(kept.get(name) for name in ("refresh_token", "client_id", "client_secret")):
        return None
    if float(kept.get("expires_at") or 0) - time.time() > RENEW_BEFORE_S:
        return None
    said = await asked(
        line,
        "oauth.v2.access",
        token="",
        grant_type="refresh_token",
        refresh_token=kept["refresh_token"],
        client_id=kept["client_id"],
        client_secret=kept["client_secret"],
    )
    return {
        "bot_token": str(said.body["access_token"]),
        "refresh_token": str(said.body["refresh_token"]),
        "expires_at": str(int(time.time() + float(said.body.get("expires_in") or 0))),
    }


async def person(user_id: str, line: Line) -> Person | None:
    """As others in the workspace see them. Raises AccountRefused."""
    said = await asked(line, "users.info", user=user_id, include_locale=True)
    user = said.body.get("user") or {}
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name")
    locale = str(user.get("locale") or "").partition("-")[0]
    return Person(str(name), locale or None) if name else None


async def asked(line: Line, method: str, token: str | None = None, **arguments: Any) -> Answer:
    """An answer that is ok. Raises AccountRefused."""
    try:
        said = await call(line, method, token, **arguments)
    except (aiohttp.ClientError, TimeoutError, OSError):
        raise AccountRefused("unreachable", sentence("unreachable")) from None
    if not said.ok:
        raise AccountRefused(said.error, sentence(said.error, said.body.get("needed")))
    return said


def require_scopes(said: Answer) -> None:
    """Slack names the token's with each answer. Raises AccountRefused."""
    if said.scopes is not None and (lacking := sorted(NEEDED - said.scopes)):
        raise AccountRefused("missing_scope", sentence("missing_scope", ", ".join(lacking)))


async def _bot(line: Line, bot_id: str) -> dict[str, Any]:
    """How the bot looks and whose app it is, if the app may see that."""
    try:
        said = await call(line, "bots.info", bot=bot_id)
    except (aiohttp.ClientError, TimeoutError, OSError):
        return {}
    found: dict[str, Any] = (said.body.get("bot") or {}) if said.ok else {}
    return found
