"""One GET, with a sentence if nobody answers."""

import httpx2
from shared.errors import ConfigError
from shared.proxies import proxy_for

from konstruct.doctor.looking import LOOK_WITHIN_S


async def get(
    url: str, if_nobody_answers: str, *, headers: dict[str, str] | None = None
) -> httpx2.Response:
    """GET through the proxy that the rest of our code would use."""
    try:
        async with httpx2.AsyncClient(
            timeout=LOOK_WITHIN_S / 2,
            proxy=proxy_for(url),
            verify=httpx2.create_ssl_context(),
            trust_env=False,
        ) as http:
            return await http.get(url, headers=headers)
    except (httpx2.TransportError, httpx2.InvalidURL, OSError) as error:
        raise ConfigError(if_nobody_answers) from error
