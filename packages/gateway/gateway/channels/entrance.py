"""How a socket comes in, and how it is told why it may not stay.

Every kind of socket is let in by the same rules: from an address of ours, while there is room, and
with a reason when it is refused.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from fastapi import WebSocket, WebSocketDisconnect
from shared.api.auth import client_address
from shared.api.page_origin import require_own_origin
from shared.errors import Forbidden, KonstructError, TooMany, Unavailable
from shared.events import CloseCode
from shared.log import get_logger
from shared.outages import DATABASE_AWAY, VALKEY_AWAY

from gateway.channels.refusals import Refused, deny, refuse
from gateway.realtime.admission import Arrival, admission
from gateway.realtime.outlet import ReadsTooSlowly, outlet_of

log = get_logger(__name__)


async def let_in(websocket: WebSocket, serve: Callable[[Arrival], Awaitable[None]]) -> None:
    """Accept it and let it be served until its end; everything it counts for is released."""
    try:
        require_own_origin(websocket)
        with admission.arriving(client_address(websocket)) as arrival:
            await websocket.accept()
            outlet_of(websocket).forget_handshake()
            await _told_why(websocket, serve(arrival))
    except (Forbidden, TooMany) as refusal:  # before it is accepted it costs least
        await deny(websocket, refusal)


def admit(arrival: Arrival, user_id: UUID) -> None:
    """Count it for its person from now on. Raises Refused if they have too many."""
    try:
        arrival.identified(user_id)
    except TooMany as refusal:
        raise Refused(
            CloseCode.TOO_FAST,
            refusal.code,
            refusal.message,
            retry_after_s=refusal.retry_after_s,
        ) from None


async def _told_why(websocket: WebSocket, serving: Awaitable[None]) -> None:
    try:
        await serving
    except Refused as refused:
        await refuse(websocket, refused)
    except (KonstructError, ReadsTooSlowly, *DATABASE_AWAY, *VALKEY_AWAY) as error:
        log.warning("socket_failed", error=type(error).__name__)
        unavailable = Unavailable("Konstruct cannot reach one of its parts. Try again shortly.")
        await refuse(
            websocket, Refused(CloseCode.GOING_AWAY, unavailable.code, unavailable.message)
        )
    except WebSocketDisconnect:
        pass
