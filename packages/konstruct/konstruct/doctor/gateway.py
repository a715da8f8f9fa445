"""Checks the gateway: it answers, and what it reports of itself."""

from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx2
from shared.config import settings
from shared.errors import ConfigError

from konstruct.devstack.options import UpOptions
from konstruct.doctor.asking import get
from konstruct.doctor.looking import NotLookedAt

WITHIN_S = 4.0
UNTOLD = "no gateway tells of it"
LAG_S = 0.25
"""The same bound as in deploy/prometheus/alerts.yml."""


async def signing_key() -> str:
    settings.identity.require_signing_key()
    return "There is one, and it is long enough."


async def ready(data_dir: Path) -> str:
    url, answer = await _ask_gateway(data_dir)
    if answer.is_success:
        return f"{url} is ready."
    try:
        parts = [name for name, ok in answer.json().items() if ok is False]
    except ValueError:
        raise ConfigError(f"What answers at {url} is no Konstruct. Choose another port.") from None
    raise ConfigError(f"{url} is not ready. It lacks: {', '.join(parts)}.")


async def origins() -> str:
    """Whether a browser that opens the page at our public address may use the gateway."""
    from websockets.asyncio.client import connect
    from websockets.exceptions import InvalidStatus, WebSocketException
    from websockets.typing import Origin

    told = [settings.gateway.local_url(), *filter(None, [settings.gateway.public_url])]
    url = f"ws{settings.gateway.local_url().removeprefix('http')}/chat/ws/{UUID(int=0)}"
    for origin in told:
        try:
            async with connect(url, origin=Origin(origin), open_timeout=WITHIN_S, proxy=None):
                pass
        except InvalidStatus as error:
            if error.response.status_code != HTTPStatus.FORBIDDEN:
                raise ConfigError(f"{url} takes no socket: {error}.") from error
            raise ConfigError(
                f"A page opened at {origin} is refused. Set KONSTRUCT_PUBLIC_URL, or name it in "
                "KONSTRUCT_ALLOWED_ORIGINS, for the gateway too, and restart that."
            ) from error
        except (OSError, TimeoutError, WebSocketException):
            raise NotLookedAt("no gateway takes a socket") from None
    return f"A page may talk that is opened at {' or '.join(told)}."


async def canary(data_dir: Path) -> str:
    """Whether the gateway's canaries come back."""
    told = (await _seen_by_gateway(data_dir)).get("canary")
    if not isinstance(told, dict):
        raise NotLookedAt(UNTOLD)
    if told["state"] == "red":
        raise ConfigError(
            f"Nobody answers: what was sent to the workers {told['out_s']:.0f} s ago has not "
            "come back. Messages are kept. See that a `konstruct worker` runs and that Valkey "
            "answers both it and the gateway; restart a worker that lives and takes nothing."
        )
    if told["state"] == "starting":
        return "The first one is under way."
    return f"It went to a worker and back in {told['round_trip_s'] * 1000:.0f} ms."


async def lag(data_dir: Path) -> str:
    """Whether the gateway is overloaded, by its event loop's lag."""
    seen = await _seen_by_gateway(data_dir)
    if "lag_s" not in seen:
        raise NotLookedAt(UNTOLD)
    if seen["lag_s"] > LAG_S:
        raise ConfigError(
            f"The gateway's event loop is {seen['lag_s'] * 1000:.0f} ms late: it has too much to "
            "do. Run one more gateway, or give the machine more cores."
        )
    return f"The gateway's event loop is {seen['lag_s'] * 1000:.0f} ms late."


async def _seen_by_gateway(data_dir: Path) -> dict[str, Any]:
    """What the gateway reports of itself. Raises NotLookedAt if none answers; the look `gateway`
    reports that."""
    try:
        seen = (await _ask_gateway(data_dir))[1].json()
    except (ConfigError, ValueError):
        raise NotLookedAt(UNTOLD) from None
    return seen if isinstance(seen, dict) else {}


async def _ask_gateway(data_dir: Path) -> tuple[str, httpx2.Response]:
    url = UpOptions(data_dir=data_dir, port=settings.gateway.port, host=settings.gateway.host).url
    answer = await get(
        f"{url}/readyz",
        f"None answers at {url}. Start one with `konstruct gateway`, or set KONSTRUCT_HOST and "
        "KONSTRUCT_PORT to where it listens.",
    )
    return url, answer
