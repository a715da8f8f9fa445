"""What every answer of the gateway carries, whoever gives it: a route, an error handler, the
framework. The portal's own pages say otherwise where they may. HEAD is answered wherever GET is.
"""

from shared.headers import ON_EVERY_ANSWER
from starlette.types import Message, Scope, Send

HEADERS = tuple((name.encode(), value.encode()) for name, value in ON_EVERY_ANSWER.items())


def with_headers(send: Send) -> Send:
    """`send`, with these headers where the answer has none of its own."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            given += [header for header in HEADERS if header[0] not in names]
            message = {**message, "headers": given}
        await send(message)

    return send_with_headers


def as_get(scope: Scope, send: Send) -> tuple[Scope, Send]:
    """A HEAD as the GET it asks about, whose body is not sent."""

    async def send_head(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return {**scope, "method": "GET"}, send_head
