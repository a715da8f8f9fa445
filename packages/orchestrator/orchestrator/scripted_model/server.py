"""The scripted model's server: `POST /v1/chat/completions`, `GET /v1/models`, and two for tests.

`GET /__requests` lists the completions asked for, `GET /__stats` counts them and their streams.
Connections are kept alive between requests. Everything runs on the event loop that opened it.
"""

import asyncio
import json
import time
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from orchestrator.scripted_model.answering import Answer
from orchestrator.scripted_model.calls import Call, responses_given, results_told
from orchestrator.scripted_model.dialects import OddEventWriter, refusal
from orchestrator.scripted_model.obeying import obeyed
from orchestrator.scripted_model.records import Records
from orchestrator.scripted_model.script import BadScript, Script, directed
from orchestrator.scripted_model.wheel import Wheel
from orchestrator.scripted_model.wire import (
    BadRequestBytes,
    EventWriter,
    Request,
    completion,
    error_response,
    json_response,
    response,
    take_request,
)

NOT_FOUND = 404
SOCKET_BACKLOG = 1024  # hundreds of people may connect at once


class ScriptedModel:
    """A model that says what it is told to, over the real protocol.

    `async with ScriptedModel(Script(text="Hello")) as model:` serves at `model.base_url`.
    """

    def __init__(
        self, script: Script | None = None, *, port: int = 0, api_key: str | None = None
    ) -> None:
        self.records = Records()
        self._script = script or Script()
        self._port = port
        self._api_key = api_key
        self._lines: set[_Connection] = set()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}/v1"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self.wheel = Wheel(loop)
        self._server = await loop.create_server(
            lambda: _Connection(self), "127.0.0.1", self._port, backlog=SOCKET_BACKLOG
        )
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        self.wheel.stop()
        for line in list(self._lines):
            line.reset()
        await self._server.wait_closed()

    def opened(self, line: "_Connection") -> None:
        self._lines.add(line)
        self.records.stats.connections += 1

    def closed(self, line: "_Connection") -> None:
        self._lines.discard(line)
        self.records.stats.connections -= 1

    def respond(self, request: Request, line: "_Connection") -> None:
        match request.method, request.path:
            case "POST", "/v1/chat/completions":
                self._complete(request, line)
            case "GET", "/v1/models":
                self._list(request, line)
            case "GET", "/__requests":
                line.write(json_response(200, self.records.requests()))
            case "GET", "/__stats":
                line.write(json_response(200, self.records.counts()))
            case _:
                line.write(error_response(404, f"there is no {request.method} {request.path}"))

    def _list(self, request: Request, line: "_Connection") -> None:
        if self._refuses_key(request, line):
            return
        status = self._script.fail_status
        if status is not None and status != NOT_FOUND:  # which is of a model
            line.write(failure(self._script, status, request.headers.get("authorization")))
            return
        names = filter(None, self._script.models.split(","))
        models = [{"id": name, "object": "model", "owned_by": "konstruct"} for name in names]
        line.write(json_response(200, {"object": "list", "data": models}))

    def _refuses_key(self, request: Request, line: "_Connection") -> bool:
        """As real ones do it: a refusal repeats what it was sent."""
        authorization = request.headers.get("authorization")
        self.records.heard(authorization)
        if self._api_key is None or authorization == f"Bearer {self._api_key}":
            return False
        line.write(error_response(401, f"incorrect API key provided: {authorization}"))
        return True

    def _complete(self, request: Request, line: "_Connection") -> None:
        if self._refuses_key(request, line):
            return
        authorization = request.headers.get("authorization")
        try:
            asked: dict[str, Any] = json.loads(request.body)
            said, history = _last_said(asked["messages"])
            script, said = directed(self._script, said)
        except (BadScript, ValueError, KeyError, TypeError) as error:
            line.write(error_response(400, str(error)))
            return
        self.records.add(request.body, authorized=authorization is not None)
        if why := refusal(asked, script.refused_names, script.context):
            line.write(error_response(400, why))
            return
        if script.obeys:
            script = replace(script, text=obeyed(asked["messages"]))
        if script.fail and script.once and not self.records.first_time(script.once):
            script = replace(script, fail=None)
        line.expect()
        calls = script.calls_of(responses_given(asked["messages"]))
        pieces = (
            script.says_before_calls()
            if calls
            else script.answer(said, history, results_told(asked["messages"]))
        )
        answer = _Reply(self, asked, script, pieces, calls, line, authorization)
        if script.delay:
            self.wheel.at(asyncio.get_running_loop().time() + script.delay, answer.begin)
        else:
            answer.begin()


class _Reply:
    """Gives one answer after its delay, in its form: a status, a whole, or a stream."""

    def __init__(
        self,
        model: ScriptedModel,
        asked: dict[str, Any],
        script: Script,
        pieces: list[str],
        calls: list[Call],
        line: "_Connection",
        authorization: str | None,
    ) -> None:
        self._model, self._asked, self._script, self._line = model, asked, script, line
        self._authorization = authorization
        most = asked.get("max_completion_tokens") or asked.get("max_tokens") or len(pieces)
        ended = "length" if most < len(pieces) else "tool_calls" if calls else "stop"
        self._reason = script.finish or ended
        self._pieces = pieces[:most]
        same = "sameid" in script.dialects
        number = model.records.stats.requests
        self._calls = [
            ("call_1" if same else f"call_{number}_{index}", call)
            for index, call in enumerate(calls)
        ]

    def begin(self) -> None:
        if self._line.is_gone:
            return
        if self._script.fail == "refuse":
            self._line.reset()
        elif (status := self._script.fail_status) is not None:
            self._line.write(failure(self._script, status, self._authorization))
            self._line.answered()
        elif self._script.fail == "page":
            page = self._script.body or "<!doctype html><title>Welcome</title>"
            self._line.write(response(200, page, "text/html"))
            self._line.answered()
        elif self._asked.get("stream") and "whole" not in self._script.dialects:
            self._stream()
        elif self._script.fail != "hang":
            self._line.write(
                completion(
                    *self._names(), "".join(self._pieces), self._reason, self._usage(), self._calls
                )
            )
            self._line.answered()

    def _stream(self) -> None:
        dialects = self._script.dialects
        events = (
            OddEventWriter(*self._names(), dialects) if dialects else EventWriter(*self._names())
        )
        wants_usage = (self._asked.get("stream_options") or {}).get("include_usage")
        finish = events.calls(self._calls)
        finish += events.finish(self._reason, self._usage() if wants_usage else None)
        answer = Answer(self._script, self._pieces, self._line, self._model.wheel, events, finish)
        self._line.answer = answer
        answer.begin()

    def _names(self) -> tuple[str, str, int]:
        count = self._model.records.stats.requests
        return f"chatcmpl-{count}", str(self._asked.get("model")), int(time.time())

    def _usage(self) -> Any:
        """One token per word: near enough, and always the same."""
        if self._script.usage is not None:
            return json.loads(self._script.usage)
        prompt = sum(len(_text(message).split()) for message in self._asked["messages"])
        said = len(self._pieces)
        return {
            "prompt_tokens": prompt,
            "completion_tokens": said,
            "total_tokens": prompt + said,
        }


class _Connection(asyncio.Protocol):
    """One client's connection; it answers one request at a time."""

    def __init__(self, model: ScriptedModel) -> None:
        self._model = model
        self._buffer = bytearray()
        self._busy = False
        self.is_gone = False
        self.is_writable = True
        self.answer: Answer | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._model.opened(self)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        self._respond()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.is_gone = True
        if self._busy:
            self._model.records.stats.cancelled += 1
            self._end_answer()
        self._model.closed(self)

    def pause_writing(self) -> None:
        self.is_writable = False

    def resume_writing(self) -> None:
        self.is_writable = True

    def expect(self) -> None:
        """Begin an answer; the next request waits."""
        self._busy = True
        self._model.records.stats.active += 1

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def answered(self) -> None:
        self._model.records.stats.completed += 1
        self._end_answer()
        asyncio.get_running_loop().call_soon(self._respond)

    def reset(self) -> None:
        """Drop the connection and its unsent data at once, as a dying server does."""
        if self._busy:
            self._end_answer()
        self._transport.abort()

    def _end_answer(self) -> None:
        self._busy = False
        self._model.records.stats.active -= 1
        if self.answer is not None:
            self.answer.leave()
            self.answer = None

    def _respond(self) -> None:
        try:
            while not self._busy and not self.is_gone:
                request = take_request(self._buffer)
                if request is None:
                    return
                self._model.respond(request, self)
        except BadRequestBytes as error:
            self.write(error_response(400, str(error)))
            self._transport.close()


def failure(script: Script, status: int, authorization: str | None) -> bytes:
    """The response of a status that the script fails with."""
    headers = f"retry-after: {script.retry}\r\n" if script.retry is not None else ""
    if script.body is None:
        return error_response(status, f"scripted failure {status}", headers)
    body = script.body.replace("{authorization}", authorization or "")
    return response(status, body, headers=headers)


def _text(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _last_said(messages: list[dict[str, Any]]) -> tuple[str, int]:
    """The last user message, and how many user and assistant messages came before it."""
    spoken = [message for message in messages if message["role"] in ("user", "assistant")]
    last = max((i for i, message in enumerate(spoken) if message["role"] == "user"), default=None)
    if last is None:
        raise KeyError("messages hold no user message")
    return _text(spoken[last]), last
