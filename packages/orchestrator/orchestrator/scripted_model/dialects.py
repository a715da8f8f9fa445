"""Streams that differ from OpenAI's as other servers' do, and requests that such servers refuse."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from orchestrator.scripted_model.calls import Call
from orchestrator.scripted_model.wire import STREAM_END, EventWriter, chunk

DIALECTS = frozenset(
    {"bom", "cr", "crlf", "lines", "parts", "halves", "bytes", "noreason", "nodone", "whole"}
    | {"plain", "noindex", "tight", "wholecalls", "sameid"}
)
BOM = b"\xef\xbb\xbf"


class OddEventWriter(EventWriter):
    """bom (a byte order mark first) · cr, crlf (line ends) · lines (an event over several lines)
    tight (no blank line between events) · parts (content as a list) · halves, bytes (characters cut
    over two events, as surrogates or in UTF-8) · noreason, nodone (the end says less) · noindex
    (null) · plain (an odd content type) · whole (one JSON object, no stream)
    wholecalls (each call of a tool in one event) · sameid (each call has the same id)"""

    def __init__(self, request_id: str, model: str, created: int, dialects: frozenset[str]) -> None:
        super().__init__(request_id, model, created)
        self._dialects = dialects

    def head(self) -> bytes:
        head = super().head()
        if "plain" in self._dialects:
            head = head.replace(b"text/event-stream; charset=utf-8", b"application/octet-stream")
        return head + chunk(BOM) if "bom" in self._dialects else head

    def content(self, text: str) -> bytes:
        return b"".join(
            self._odd({"delta": {"content": self._put(part)}, "finish_reason": None})
            for part in self._parts(text)
        )

    def calls(self, calls: Sequence[tuple[str, Call]]) -> bytes:
        events = b""
        for index, (id_, call) in enumerate(calls):
            place = {} if "noindex" in self._dialects else {"index": index}
            function = {"name": call.name, "arguments": call.arguments}
            begun = {**place, "id": id_, "type": "function", "function": function}
            if "wholecalls" not in self._dialects:
                rest = {**place, "function": {"arguments": call.arguments}}
                events += self._odd_call({**begun, "function": {"name": call.name}})
                events += self._odd_call(rest)
            else:
                events += self._odd_call(begun)
        return events

    def _odd_call(self, call: dict[str, Any]) -> bytes:
        return self._odd({"delta": {"tool_calls": [call]}, "finish_reason": None})

    def finish(self, reason: str, usage: Any) -> bytes:
        events = b""
        if "noreason" not in self._dialects:
            events = self._odd({"delta": {}, "finish_reason": reason})
        if usage:
            events += self._write(json.dumps(self._base | {"choices": [], "usage": usage}))
        if "nodone" not in self._dialects:
            events += self._write("[DONE]")
        return events + STREAM_END

    def _parts(self, text: str) -> Iterator[str]:
        """The text, cut if possible in the middle of its first character beyond the basic plane."""
        cut = next((i for i, character in enumerate(text) if ord(character) > 0xFFFF), None)
        if cut is None or not self._dialects & {"halves", "bytes"}:
            yield text
        elif "halves" in self._dialects:
            units = text[cut].encode("utf-16-be")
            high, low = (chr(int.from_bytes(units[i : i + 2])) for i in (0, 2))
            yield text[:cut] + high
            yield low + text[cut + 1 :]
        else:
            raw = text[cut].encode()
            yield text[:cut] + raw[:2].decode("utf-8", "surrogateescape")
            yield raw[2:].decode("utf-8", "surrogateescape") + text[cut + 1 :]

    def _put(self, text: str) -> Any:
        return [{"type": "text", "text": text}] if "parts" in self._dialects else text

    def _odd(self, choice: dict[str, Any]) -> bytes:
        index = None if "noindex" in self._dialects else 0
        choices = [{"index": index} | choice]
        indent = 1 if "lines" in self._dialects else None
        escaped = "bytes" not in self._dialects
        event = self._base | {"choices": choices}
        return self._write(json.dumps(event, indent=indent, ensure_ascii=escaped))

    def _write(self, event: str) -> bytes:
        lines = [f"data: {line}" for line in event.split("\n")]
        end = "\r" if "cr" in self._dialects else "\r\n" if "crlf" in self._dialects else "\n"
        blank = "" if "tight" in self._dialects else end
        return chunk((end.join(lines) + end + blank).encode("utf-8", "surrogateescape"))


def refusal(asked: dict[str, Any], refuses: frozenset[str], context: int | None) -> str | None:
    """Why such a server refuses the request, in a real server's words; None if it accepts it."""
    messages = asked["messages"]
    for name in sorted(refuses - {"system", "turns"}):
        if name in asked:
            return f"Unrecognized request argument supplied: {name}"
    if "system" in refuses and any(message["role"] == "system" for message in messages):
        return "System role not supported"
    roles = [message["role"] for message in messages if message["role"] not in ("system", "tool")]
    if "turns" in refuses and roles != [("user", "assistant")[i % 2] for i in range(len(roles))]:
        return "Conversation roles must alternate user/assistant/user/assistant/..."
    needed = sum(_tokens(str(message.get("content") or "")) for message in messages)
    if context is not None and needed > context:
        return (
            f"This model's maximum context length is {context} tokens. However, your messages "
            f"resulted in {needed} tokens. Please reduce the length of the messages."
        )
    return None


def _tokens(text: str) -> int:
    """One per word, and one per character of scripts without an alphabet."""
    return sum(1 if word.isascii() else len(word) for word in text.split())
