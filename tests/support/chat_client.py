"""A WebSocket client for tests. Every frame it receives is checked against `shared.events`.

    async with await gateway.connect(anna, conversation_id) as client:
        await client.say("hello")
        response = await client.expect("response", status="complete")

`expect` goes forward through the received frames and waits for more. It skips frames of other
types, which stay in `client.frames`. `next` skips nothing.
"""

import asyncio
from types import TracebackType
from typing import Any, Self

import orjson
from shared.events import SERVER_FRAMES, ServerFrame
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

WITHIN_S = 15.0
"""The longest a test waits for a frame; only a failing test waits this long."""


class SocketClosed(AssertionError):
    """The other side closed before the expected frame came."""


class ChatClient:
    """One socket and every frame it got, oldest first."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[ServerFrame] = []
        self.told: list[dict[str, Any]] = []
        """The same frames in the order they came."""
        self.invalid: list[str] = []
        """Frames that are not ours, and why. A test that ends with one fails."""
        self._read_to = 0
        self._news = asyncio.Condition()
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def open(cls, url: str, **options: Any) -> Self:
        """Connect and send nothing. `options` go to `websockets.connect`, e.g. `origin`."""
        return cls(await connect(url, compression=None, open_timeout=WITHIN_S, **options))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
        if kind is None:
            self.require_valid()

    def require_valid(self) -> None:
        assert not self.invalid, f"frames the contract does not know: {self.invalid}"

    async def send(self, frame: dict[str, Any] | str | bytes) -> None:
        """A frame as JSON; text and bytes go out as they are."""
        await self.socket.send(orjson.dumps(frame).decode() if isinstance(frame, dict) else frame)

    async def say(self, text: str, client_message_id: str | None = None) -> None:
        frame = {"type": "message", "text": text}
        if client_message_id is not None:
            frame["client_message_id"] = client_message_id
        await self.send(frame)

    async def ask(self, text: str, **expected: object) -> Any:
        """Say something and wait for its outcome: the `response` frame."""
        await self.say(text)
        return await self.expect("response", **expected)

    async def expect(self, type_: str, /, *, within_s: float = WITHIN_S, **fields: object) -> Any:
        """The next frame of this type whose fields have these values. Fails after `within_s`."""
        wanted = f"{type_} {fields}" if fields else type_
        try:
            async with asyncio.timeout(within_s), self._news:
                while True:
                    while self._read_to < len(self.frames):
                        frame = self.frames[self._read_to]
                        self._read_to += 1
                        if frame.type == type_ and _has(frame, fields):
                            return frame
                    self.require_valid()
                    if self._reader.done():
                        raise SocketClosed(self._told(f"closed before {wanted} came"))
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(self._told(f"no {wanted} within {within_s} s")) from None

    async def next(self, *, within_s: float = WITHIN_S) -> Any:
        """The very next frame, whatever it is."""
        try:
            async with asyncio.timeout(within_s), self._news:
                while self._read_to == len(self.frames):
                    self.require_valid()
                    if self._reader.done():
                        raise SocketClosed(self._told("closed before another frame came"))
                    await self._news.wait()
                self._read_to += 1
                return self.frames[self._read_to - 1]
        except TimeoutError:
            raise AssertionError(self._told(f"no frame within {within_s} s")) from None

    async def closed(self, *, within_s: float = WITHIN_S) -> int | None:
        """Wait until the other side has closed; its close code."""
        try:
            async with asyncio.timeout(within_s):
                await asyncio.shield(self._reader)
        except TimeoutError:
            raise AssertionError(self._told(f"still open after {within_s} s")) from None
        return self.socket.close_code

    def of_type(self, type_: str) -> list[Any]:
        """All frames of this type so far."""
        return [frame for frame in self.frames if frame.type == type_]

    def streamed(self, reply_to: object) -> str:
        """The answer as its deltas tell it; fails on a gap or a repeat within an attempt."""
        text, attempt = "", 0
        for delta in self.of_type("delta"):
            if str(delta.reply_to) != str(reply_to) or delta.attempt < attempt:
                continue
            if delta.attempt > attempt:
                text, attempt = "", delta.attempt
            assert delta.index == len(text), f"gap or repeat at {delta.index}, had {len(text)}"
            text += delta.text
        return text

    async def close(self) -> None:
        await self.socket.close()
        await self._reader

    def drop(self) -> None:
        """Cut the connection without a close frame, as a lost network does."""
        self.socket.transport.abort()

    async def _read(self) -> None:
        try:
            async for raw in self.socket:
                self._take(raw)
                async with self._news:
                    self._news.notify_all()
        except ConnectionClosed:
            pass  # the close code says why
        finally:
            async with self._news:
                self._news.notify_all()

    def _take(self, raw: str | bytes) -> None:
        try:
            told = orjson.loads(raw)
            model = SERVER_FRAMES[told["type"]]
            unknown = set(told) - set(model.model_fields)
            if unknown:
                raise ValueError(f"undeclared fields {sorted(unknown)}")
            self.frames.append(model.model_validate(told))
            self.told.append(told)
        except (ValueError, KeyError, TypeError) as error:
            self.invalid.append(f"{raw!r}: {error!r}")

    def _told(self, what: str) -> str:
        code = self.socket.close_code
        came = "\n".join(f"  {frame!r}" for frame in self.frames[-20:])
        return f"{what} (close code {code}, {len(self.frames)} frames):\n{came or '  none'}"


def _has(frame: ServerFrame, fields: dict[str, object]) -> bool:
    return all(str(getattr(frame, name)) == str(value) for name, value in fields.items())
