"""Looking into an installation: each part on its own, with a sentence on what is wrong and how to
mend it.

Promises: nothing is changed; every look is bounded, so all of them take seconds even when nothing
answers.
"""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx2
from redis.exceptions import RedisError
from shared.config import settings
from shared.db import SystemSession, get_engine
from shared.db.engine import async_url, refuse_if_wall_is_bypassed
from shared.errors import ConfigError, KonstructError
from shared.redis import get_redis
from shared.repositories import runs

from konstruct import schema
from konstruct.database_errors import DATABASE_ERRORS, as_sentence, first_line
from konstruct.devstack.given import GivenSettings
from konstruct.devstack.options import UpOptions
from konstruct.devstack.preflight import (
    Check,
    check_directory,
    check_disk,
    check_memory,
    check_platform,
    check_wheels,
)

LOOK_WITHIN_S = 8.0
OLD_AFTER_S = 30.0
LATE_AFTER_S = 20.0
LAG_S = 0.25
"""The same bounds as in deploy/prometheus/alerts.yml."""
MIN_PYTHON = (3, 11)
PROVIDERS = {
    "openai": ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    "anthropic": ("https://api.anthropic.com/v1", "ANTHROPIC_API_KEY"),
}


def look_at_machine(data_dir: Path) -> list[Check]:
    """What needs no server."""
    return [
        _python(),
        check_platform(),
        check_wheels(GivenSettings.from_environment()),
        check_directory(data_dir),
        check_disk(data_dir),
        check_memory(),
    ]


async def look_at_parts(data_dir: Path) -> list[Check]:
    """Every part of the installation the environment names, all at once."""
    looks: dict[str, Callable[[], Awaitable[str]]] = {
        "signing key": _signing_key,
        "database": _database,
        "migrations": _migrations,
        "valkey": _valkey,
        "worker": _worker,
        "gateway": lambda: _gateway(data_dir),
        "canary": lambda: _canary(data_dir),
        "queue": _queue,
        "lag": lambda: _lag(data_dir),
        "model": _model,
    }
    return list(await asyncio.gather(*(_look(name, look) for name, look in looks.items())))


async def _look(name: str, look: Callable[[], Awaitable[str]]) -> Check:
    """What the look says is so; what it raises is wrong."""
    try:
        async with asyncio.timeout(LOOK_WITHIN_S):
            return Check(name, True, await look())
    except KonstructError as error:
        return Check(name, False, error.message)
    except DATABASE_ERRORS as error:
        return Check(name, False, as_sentence(error).message)
    except TimeoutError:
        return Check(
            name, False, f"Nothing was heard within {LOOK_WITHIN_S:.0f} seconds. See that it runs."
        )


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info[:2] >= MIN_PYTHON:
        return Check("python", True, f"Python {version}.")
    needed = ".".join(map(str, MIN_PYTHON))
    return Check("python", False, f"This is Python {version}; {needed} or newer is needed.")


async def _signing_key() -> str:
    settings.require_signing_key()
    return "There is one, and it is long enough."


async def _database() -> str:
    engine = get_engine()
    await refuse_if_wall_is_bypassed(engine)
    return f"{engine.url.host}:{engine.url.port} answers, and row-level security binds our role."


async def _migrations() -> str:
    url = async_url(settings.owner_database_url or settings.require_database_url())
    pending = await asyncio.to_thread(schema.pending, url)
    if pending:
        raise ConfigError(f"{len(pending)} are not applied. Run `konstruct migrate`.")
    return "All are applied."


async def _valkey() -> str:
    try:
        await get_redis().ping()
    except (RedisError, OSError) as error:
        raise ConfigError(
            f"It does not answer ({first_line(error)}). "
            "See that it runs and that KONSTRUCT_REDIS_URL is right."
        ) from error
    return "It answers."


async def _worker() -> str:
    async with SystemSession("lease") as session, session.transaction():
        names = await runs.live_workers(session)
    if not names:
        raise ConfigError("None is alive: nobody answers. Start one with `konstruct worker`.")
    return f"Alive: {', '.join(names)}."


async def _queue() -> str:
    """What waits, as PostgreSQL has it."""
    async with SystemSession("sweep") as session, session.transaction():
        waits = await runs.backlog(session)
    if waits.oldest_pending_s > OLD_AFTER_S:
        raise ConfigError(
            f"{waits.pending} messages wait for a worker, the oldest for "
            f"{waits.oldest_pending_s:.0f} s. Start more workers if those that run are full; if "
            "they are not, see `canary`, and restart them."
        )
    if waits.oldest_nudge_s > LATE_AFTER_S:
        raise ConfigError(
            f"The sweep is {waits.oldest_nudge_s:.0f} s late. It runs in every worker: look for "
            "`sweep_failed` in their logs."
        )
    return f"{waits.pending} wait, {waits.running} are being answered."


async def _canary(data_dir: Path) -> str:
    """Whether what the gateway sends the way of a message comes back."""
    seen = await _seen_by_gateway(data_dir)
    canary = seen.get("canary") if seen else None
    if not isinstance(canary, dict):
        return "Not seen: no gateway tells of it."
    if canary["state"] == "red":
        raise ConfigError(
            f"Nobody answers: what was sent to the workers {canary['out_s']:.0f} s ago has not "
            "come back. Messages are kept. See that a `konstruct worker` runs and that Valkey "
            "answers both it and the gateway; restart a worker that lives and takes nothing."
        )
    if canary["state"] == "starting":
        return "The first one is under way."
    return f"It went to a worker and back in {canary['round_trip_s'] * 1000:.0f} ms."


async def _lag(data_dir: Path) -> str:
    """Whether the gateway has too much to do."""
    seen = await _seen_by_gateway(data_dir)
    if not seen or "lag_s" not in seen:
        return "Not seen: no gateway tells of it."
    if seen["lag_s"] > LAG_S:
        raise ConfigError(
            f"The gateway's event loop is {seen['lag_s'] * 1000:.0f} ms late: it has too much to "
            "do. Run one more gateway, or give the machine more cores."
        )
    return f"The gateway's event loop is {seen['lag_s'] * 1000:.0f} ms late."


async def _seen_by_gateway(data_dir: Path) -> dict[str, Any] | None:
    """What the gateway says of itself; None if none answers, which `gateway` complains of."""
    try:
        seen = (await _ask_gateway(data_dir))[1].json()
    except (ConfigError, ValueError):
        return None
    return seen if isinstance(seen, dict) else None


async def _ask_gateway(data_dir: Path) -> tuple[str, httpx2.Response]:
    url = UpOptions(data_dir=data_dir, port=settings.port, host=settings.host).url
    answer = await _get(
        f"{url}/readyz",
        f"None answers at {url}. Start one with `konstruct gateway`, or set KONSTRUCT_HOST and "
        "KONSTRUCT_PORT to where it listens.",
        local=True,
    )
    return url, answer


async def _gateway(data_dir: Path) -> str:
    url, answer = await _ask_gateway(data_dir)
    if answer.is_success:
        return f"{url} is ready."
    try:
        parts = [name for name, ok in answer.json().items() if ok is False]
    except ValueError:
        raise ConfigError(f"What answers at {url} is no Konstruct. Choose another port.") from None
    raise ConfigError(f"{url} is not ready. It lacks: {', '.join(parts)}.")


async def _model() -> str:
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    name = settings.llm_model
    if settings.llm_base_url is not None:
        url = settings.llm_base_url.rstrip("/")
        headers = {"Authorization": f"Bearer {key or 'none'}"}
    else:
        provider, _, name = name.partition(":")
        if provider not in PROVIDERS or not name:
            raise ConfigError(
                f"'{settings.llm_model}' names no model. Set KONSTRUCT_LLM_MODEL to one like "
                "openai:gpt-5-mini, or KONSTRUCT_LLM_BASE_URL to an OpenAI-compatible endpoint."
            )
        url, variable = PROVIDERS[provider]
        key = key or os.environ.get(variable)
        if not key:
            raise ConfigError(f"No key is set: set KONSTRUCT_LLM_API_KEY or {variable}.")
        headers = {
            "Authorization": f"Bearer {key}",
            "x-api-key": key,
            "anthropic-version": "2023-06-01",
        }
    answer = await _get(
        f"{url}/models",
        f"Nothing answers at {url}. See that KONSTRUCT_LLM_BASE_URL is right.",
        headers=headers,
    )
    if answer.status_code in (401, 403):
        raise ConfigError(f"{url} refuses the key. See that KONSTRUCT_LLM_API_KEY is right.")
    known = _model_names(answer)
    if known and name not in known:
        few = ", ".join(sorted(known)[:5])
        raise ConfigError(f"{url} has no model '{name}'. It has: {few}. Set KONSTRUCT_LLM_MODEL.")
    return f"{url} answers, and takes the key for {name}."


def _model_names(answer: httpx2.Response) -> set[str]:
    """Empty for an endpoint that does not tell: not all do."""
    try:
        listed: Any = answer.json()
        return {str(model["id"]) for model in listed["data"]}
    except (ValueError, KeyError, TypeError):
        return set()


async def _get(
    url: str, if_nobody_answers: str, *, headers: dict[str, str] | None = None, local: bool = False
) -> httpx2.Response:
    try:
        async with httpx2.AsyncClient(timeout=LOOK_WITHIN_S / 2, trust_env=not local) as http:
            return await http.get(url, headers=headers)
    except (httpx2.TransportError, httpx2.InvalidURL, OSError) as error:
        raise ConfigError(if_nobody_answers) from error
