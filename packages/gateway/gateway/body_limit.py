"""Refuses request bodies that are larger than we are willing to hold in memory."""

from shared.errors import TooBig
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.uploads import most_bytes


class BodyLimit:
    """Refuses a body that declares too large a size, and one that grows too large while it is
    read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = most_bytes(scope)
        refusal = TooBig(f"A request's body may have at most {most} bytes.")
        said = dict(scope["headers"]).get(b"content-length", b"0")
        if said.isdigit() and int(said) > most:
            body = {"detail": refusal.message, "code": refusal.code, "retryable": False}
            await JSONResponse(body, status_code=refusal.status_code)(scope, receive, send)
            return
        read = 0

        async def receive_bounded() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > most:
                raise refusal
            return message

        await self._app(scope, receive_bounded, send)
