"""The scripted model's bytes: HTTP/1.1 requests in, chunked event streams out.

Written by hand because it shares a machine with the system under load: one token costs one small
concatenation and one write.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from orchestrator.scripted_model.calls import Call

MAX_REQUEST_BYTES = 16 * 1024 * 1024
STREAM_HEAD = (
    b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\n"
    b"cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n"
)
STREAM_END = b"0\r\n\r\n"


class BadRequestBytes(ValueError):
    """The bytes are no HTTP request that this server can read."""


@dataclass(frozen=True, slots=True)
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


def take_request(buffer: bytearray) -> Request | None:
    """Cut one whole request off the front of `buffer`; None if more bytes must come."""
    end = buffer.find(b"\r\n\r\n")
    if end < 0:
        if len(buffer) > MAX_REQUEST_BYTES:
            raise BadRequestBytes("header too long")
        return None
    first, *lines = buffer[:end].decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    try:
        method, target, _ = first.split(" ")
        length = int(headers.get("content-length", "0"))
    except ValueError as error:
        raise BadRequestBytes(first) from error
    if not 0 <= length <= MAX_REQUEST_BYTES or "transfer-encoding" in headers:
        raise BadRequestBytes("a body needs a content-length this server accepts")
    if len(buffer) < end + 4 + length:
        return None
    body = bytes(buffer[end + 4 : end + 4 + length])
    del buffer[: end + 4 + length]
    return Request(method, target.partition("?")[0], headers, body)


def json_response(status: int, content: Any) -> bytes:
    return response(status, json.dumps(content))


def response(
    status: int, content: str, type_: str = "application/json", headers: str = ""
) -> bytes:
    body = content.encode()
    head = f"HTTP/1.1 {status} {_phrase(status)}\r\ncontent-type: {type_}\r\n{headers}"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase if status in set(HTTPStatus) else "Scripted"


def error_response(status: int, message: str, headers: str = "") -> bytes:
    """An error in OpenAI's words."""
    error = {"message": message, "type": "scripted", "code": None}
    return response(status, json.dumps({"error": error}), headers=headers)


def chunk(data: bytes) -> bytes:
    """`data` as one chunk of a chunked body."""
    return b"%x\r\n%b\r\n" % (len(data), data)


class EventWriter:
    """The events of one streamed completion, each ready to be written as a chunk."""

    def __init__(self, request_id: str, model: str, created: int) -> None:
        self._base = {
            "id": request_id,
            "object": "chat.completion.chunk",
            "created": created,
            "model": model,
            "system_fingerprint": "scripted",
        }
        opening = json.dumps(self._base, separators=(",", ":"))[:-1]
        self._before = f'data: {opening},"choices":[{{"index":0,"delta":{{"content":'.encode()
        self._after = b'},"logprobs":null,"finish_reason":null}]}\n\n'

    def head(self) -> bytes:
        return STREAM_HEAD

    def role(self) -> bytes:
        return self._event(choices=[_choice({"role": "assistant", "content": ""})])

    def content(self, text: str) -> bytes:
        return chunk(self._before + json.dumps(text, ensure_ascii=False).encode() + self._after)

    def calls(self, calls: Sequence[tuple[str, Call]]) -> bytes:
        """Calls of tools with their ids, each begun by its name and followed by its arguments."""
        parts = []
        for index, (id_, call) in enumerate(calls):
            half = len(call.arguments) // 2
            parts.append(_call(index, call.name, "", id_))
            parts += [
                {"index": index, "function": {"arguments": piece}}
                for piece in (call.arguments[:half], call.arguments[half:])
            ]
        return b"".join(self._event(choices=[_choice({"tool_calls": [part]})]) for part in parts)

    def finish(self, reason: str, usage: Any) -> bytes:
        """The end of an answer: the reason, the usage if it was asked for, and the end mark."""
        last = self._event(choices=[_choice({}, reason)])
        counted = self._event(choices=[], usage=usage) if usage else b""
        return last + counted + chunk(b"data: [DONE]\n\n") + STREAM_END

    def _event(self, **more: Any) -> bytes:
        return chunk(
            b"data: %b\n\n" % json.dumps(self._base | more, separators=(",", ":")).encode()
        )


def _call(index: int, name: str, arguments: str, id_: str) -> dict[str, Any]:
    function = {"name": name, "arguments": arguments}
    return {"index": index, "id": id_, "type": "function", "function": function}


def _choice(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def completion(
    request_id: str,
    model: str,
    created: int,
    text: str,
    reason: str,
    usage: Any,
    calls: Sequence[tuple[str, Call]] = (),
) -> bytes:
    """A whole answer in one response, for a request without `stream`."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if calls:
        message["tool_calls"] = [
            _call(index, call.name, call.arguments, id_) for index, (id_, call) in enumerate(calls)
        ]
    return json_response(
        HTTPStatus.OK,
        {
            "id": request_id,
            "object": "chat.completion",
            "created": created,
            "model": model,
            "choices": [{"index": 0, "message": message, "finish_reason": reason}],
            "usage": usage,
        },
    )
