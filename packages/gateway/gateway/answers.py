"""What every response of the gateway has, from routes, error handlers and the framework alike.

Security headers (`shared.headers`), and an answer to HEAD wherever there is one to GET. The
portal's own pages set other headers where they may.
"""

from shared.headers import ON_EVERY_ANSWER
from starlette.types import Message, Scope, Send

HEADERS = tuple((name.encode(), value.encode()) for name, value in ON_EVERY_ANSWER.items())


def with_headers(send: Send) -> Send:
    """`send`, adding these headers where the response has none of its own."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            given += [header for header in HEADERS if header[0] not in names]
            message = {**message, "headers": given}
        await send(message)

    return send_with_headers


def as_get(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """Handle a HEAD as the GET it asks about, without sending the body."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return {**scope, "method": "GET"}, send_head
