"""Which workspace an account is, whether it is well, and tokens that rotate."""

import time
from dataclasses import replace
from typing import Any, Final

import aiohttp
from shared.channels.proofs import Health, Person, Proved
from shared.channels.slack.manifest import NEEDED
from shared.channels.slack.sentences import sentence
from shared.config import settings

from orchestrator.channels.adapter import AccountRefused, Line
from orchestrator.channels.slack.calls import Answer, NotItself, call, passes

RENEW_BEFORE_S: Final = 2 * 3600.0
"""A token that rotates is good for twelve hours."""


async def prove(line: Line) -> Proved:
    """Raises AccountRefused."""
    made: dict[str, str] = {}
    if not line.account.credentials.get("bot_token"):
        made = await _installed(line)
        credentials = {**line.account.credentials, **made}
        line = replace(line, account=replace(line.account, credentials=credentials))
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
        credentials=made,
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
    client = _client(line)
    if not kept.get("refresh_token") or client is None:
        return None
    if float(kept.get("expires_at") or 0) - time.time() > RENEW_BEFORE_S:
        return None
    asks = {"grant_type": "refresh_token", "refresh_token": kept["refresh_token"]}
    said = await asked(line, "oauth.v2.access", token="", **asks, **client)
    return _granted(said)


async def _installed(line: Line) -> dict[str, str]:
    """The tokens for the code that Slack's page gave, good once. Raises AccountRefused."""
    client = _client(line)
    if client is None:
        raise AccountRefused("no_app", sentence("no_app"))
    asks = {"code": line.account.credentials.get("code", "")}
    if led_back := line.account.settings.get("redirect_url"):
        asks["redirect_uri"] = str(led_back)
    return _granted(await asked(line, "oauth.v2.access", token="", **asks, **client))


def _client(line: Line) -> dict[str, str] | None:
    """The app's own id and secret: the business's, else the operator's."""
    kept, operators = line.account.credentials, settings.channels
    secret = operators.slack_client_secret
    id_ = kept.get("client_id") or operators.slack_client_id
    proof = kept.get("client_secret") or (secret.get_secret_value() if secret else None)
    return {"client_id": id_, "client_secret": proof} if id_ and proof else None


def _granted(said: Answer) -> dict[str, str]:
    granted = {"bot_token": str(said.body["access_token"])}
    if refresh_token := said.body.get("refresh_token"):
        ends = time.time() + float(said.body.get("expires_in") or 0)
        granted |= {"refresh_token": str(refresh_token), "expires_at": str(int(ends))}
    return granted


async def person(user_id: str, line: Line) -> Person | None:
    """As others in the workspace see them. Raises AccountRefused."""
    said = await asked(line, "users.info", user=user_id, include_locale=True)
    user = said.body.get("user") or {}
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name")
    locale = str(user.get("locale") or "").partition("-")[0]
    return Person(str(name), locale or None) if name else None


async def asked(line: Line, method: str, token: str | None = None, **arguments: Any) -> Answer:
    """An answer that is ok. Raises AccountRefused where a person must do something, and aiohttp's
    errors where it passes."""
    said = await call(line, method, token, **arguments)
    if said.ok:
        return said
    if passes(said):
        raise NotItself(said.error)
    raise AccountRefused(said.error, sentence(said.error, said.body.get("needed")))


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
