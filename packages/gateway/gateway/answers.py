"""What every answer over HTTP carries, whoever gives it: a route, an error handler, the framework.

No answer is guessed to be of another type than it says, tells another site where its reader was,
or is kept by a cache, and one that turns out to be a page can load nothing and be framed by
nobody. The portal's own pages say otherwise where they may. HEAD is answered wherever GET is.
"""

from starlette.types import Message, Scope, Send

ON_EVERY_ANSWER = {
    b"cache-control": b"no-store",
    b"content-security-policy": (
        b"default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    b"referrer-policy": b"no-referrer",
    b"x-content-type-options": b"nosniff",
}


def with_headers(send: Send) -> Send:
    """`send`, with these headers where the answer has none of its own."""

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            given += [pair for pair in ON_EVERY_ANSWER.items() if pair[0] not in names]
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
