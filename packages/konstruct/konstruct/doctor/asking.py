"""One GET, with a sentence when nobody answers."""

import httpx2
from shared.errors import ConfigError

from konstruct.doctor.looking import LOOK_WITHIN_S


async def get(
    url: str, if_nobody_answers: str, *, headers: dict[str, str] | None = None, local: bool = False
) -> httpx2.Response:
    try:
        async with httpx2.AsyncClient(timeout=LOOK_WITHIN_S / 2, trust_env=not local) as http:
            return await http.get(url, headers=headers)
    except (httpx2.TransportError, httpx2.InvalidURL, OSError) as error:
        raise ConfigError(if_nobody_answers) from error
