"""How a web socket is refused: over HTTP before it is accepted, by frame and close code after."""

import asyncio
from contextlib import suppress
from typing import Any

from fastapi import WebSocket, WebSocketDisconnect
from shared.config import settings
from shared.errors import KonstructError
from shared.events import CloseCode, ErrorFrame
from shared.headers import ON_EVERY_ANSWER

from gateway import metrics
from gateway.errors import answer

Named = dict[str, Any]
"""`client_message_id` and `reply_to`, as far as a frame has them."""


class Refused(Exception):
    """The socket must be closed; the `error` frame is said first. `named` is what was refused."""

    def __init__(
        self,
        close_code: CloseCode,
        code: str,
        message: str,
        *,
        named: Named | None = None,
        retry_after_s: int | None = None,
    ) -> None:
        super().__init__(message)
        self.close_code = close_code
        self.code = code
        self.message = message
        self.named = named or {}
        self.retry_after_s = retry_after_s

    def frame(self) -> ErrorFrame:
        return ErrorFrame(
            code=self.code,
            message=self.message,
            retryable=self.close_code.may_pass,
            retry_after_s=self.retry_after_s,
            **self.named,
        )


async def deny(websocket: WebSocket, refusal: KonstructError) -> None:
    """Answer over HTTP instead of accepting; a server that cannot says 403 in its own words."""
    refused = answer(refusal)
    refused.headers.update(ON_EVERY_ANSWER)
    with suppress(WebSocketDisconnect):
        if "websocket.http.response" in websocket.scope.get("extensions", {}):
            await websocket.send_denial_response(refused)
        else:
            await websocket.close()


async def refuse(websocket: WebSocket, refused: Refused) -> None:
    metrics.refused(refused.code)
    with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
        async with asyncio.timeout(settings.sockets.send_timeout_s):
            await websocket.send_text(refused.frame().wire().decode())
            await websocket.close(refused.close_code)
