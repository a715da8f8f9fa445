"""The page a browser calls from must be ours: an origin this installation knows.

A browser sends `Origin` with every socket and with every call that changes something; other
clients send none. The cookie of a log-in goes along by itself, so a page from elsewhere must be
able neither to use it nor to set it.
"""

from starlette.datastructures import Headers
from starlette.requests import HTTPConnection

from shared.config import settings
from shared.errors import Forbidden
from shared.log import get_logger

log = get_logger(__name__)

SHOWN_AT_MOST = 200


def require_own_origin(connection: HTTPConnection) -> None:
    """Raises Forbidden, code `origin_refused`, for a page that is none of ours."""
    # Not `connection.headers`: what that makes is kept as long as a socket.
    origin = Headers(scope=connection.scope).get("origin")
    if origin is None or settings.gateway.allows_origin(origin):
        return
    shown = origin[:SHOWN_AT_MOST]
    log.warning("origin_refused", origin=shown, set="KONSTRUCT_ALLOWED_ORIGINS")
    raise Forbidden(
        f"Konstruct does not know the address {shown}, at which this page was opened. Open "
        f"{settings.gateway.link_base()}, or have the operator add {shown} to "
        "KONSTRUCT_ALLOWED_ORIGINS.",
        code="origin_refused",
    )
