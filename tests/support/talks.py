"""A conversation under test: every socket it ever had, and everything its person did.

A `Talk` acts and remembers; `promises.py` judges. Each talk has a word of its own in all its
messages and answers, so that text which strays into another talk is seen.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any
from uuid import UUID, uuid4

import httpx
import orjson
from websockets.exceptions import ConnectionClosed

from tests.support.chat_client import ChatClient
from tests.support.people import Person
from tests.support.processes import Gateway

WITHIN_S = 30.0
"""The longest any wait takes; only a failing test waits this long."""
TABS = 3
WORD = re.compile(r"word[0-9a-f]{10}")
ANSWER = re.compile(r'text="([^"]*)"')
MODELS = {
    "at once": "",
    "streamed": "pieces=10 rate=40",
    "fails once": "pieces=10 rate=40 fail=cut after=6 once={name}",
    "fails": "fail=503",
    "fails late": "pieces=10 rate=40 fail=cut after=6",
}
WORKERS_FAIL = {"gave_up", "model_silent", "model_stalled"}
"""Codes of workers killed or frozen often, or so slow that the model seems silent."""
MODEL_FAILS = {"model_broken", "model_cut"}
REFUSALS = {"client_message_id_reused", "nothing_to_stop", "not_failed", "not_found"}
PIECES = " one two three four five six seven eight nine ten eleven"


def answer_to(text: str) -> str:
    """The model's whole answer to this message."""
    found = ANSWER.search(text)
    assert found is not None
    return found[1]


def may_fail(text: str) -> bool:
    return "fail=" in text


@dataclass
class Line:
    """One socket. `said` are the messages sent on it: client_message_id and text."""

    client: ChatClient
    since: int | None
    """The `last_seq` it began with."""
    said: list[tuple[str, str]] = field(default_factory=list)
    retried: list[UUID] = field(default_factory=list)
    is_cut: bool = False

    @property
    def frames(self) -> list[Any]:
        return self.client.frames

    def answered(self, name: str) -> bool:
        """Whether the message with this client_message_id was accepted or refused."""
        return any(
            frame.type in ("accepted", "error") and frame.client_message_id == name
            for frame in self.frames
        )

    def has_all_answered(self) -> bool:
        """Whether each message and each retry was accepted or refused, once."""
        return sum(map(_answers_a_frame, self.frames)) == len(self.said) + len(self.retried)

    def last_seq(self) -> int:
        """The newest message this socket got."""
        return max([self.since or 0, *(seq_of(frame) for frame in self.frames)])

    def reset_seq(self) -> int:
        """The seq up to which this socket knows that everything is gone."""
        told = [f.seq for f in self.frames if f.type == "reset"]
        return max(told + [f.reset_seq for f in self.frames if f.type == "ready"])

    async def send(self, frame: dict[str, Any]) -> None:
        """Send the frame, unless the socket is cut."""
        try:
            await self.client.send(frame)
        except ConnectionClosed:
            if not self.is_cut:
                raise

    async def until(self, happened: Callable[[], bool]) -> None:
        """Wait for frames until `happened`."""
        while not happened():
            await self.client.next(within_s=WITHIN_S)


def seq_of(frame: Any) -> int:
    """The seq to which a frame moves a client's `last_seq`."""
    if frame.type == "ready":
        return frame.last_seq
    return getattr(frame, "seq", None) or 0


class Talk:
    """One person and one agent, over some tabs and any number of sockets."""

    def __init__(self, person: Person, conversation_id: UUID, gateways: Sequence[Gateway]) -> None:
        self.person = person
        self.id = conversation_id
        self.word = f"word{uuid4().hex[:10]}"
        self.lines: list[Line] = []
        self.said: dict[str, list[str]] = {}
        """Every text sent with a client_message_id, in order."""
        self.resets: list[int] = []
        self.resetting = asyncio.Lock()
        self.resumed = 0
        self._gateways = gateways
        self._places = cycle(gateways)
        self._tabs: list[list[Line]] = [[] for _ in range(TABS)]

    # ── sockets ────────────────────────────────────────────────────────────────────────────────

    async def connect(self, tab: int, gateway: Gateway, since: int | None) -> Line:
        """Open a socket in this tab and catch up; the tab's old socket is cut."""
        self.cut(tab)
        client = await gateway.connect(self.person, self.id, last_seq=since)
        line = Line(client, since)
        self.lines.append(line)
        self._tabs[tab].append(line)
        return line

    async def resume(self, tab: int, gateway: Gateway, older: int = 0) -> None:
        """Reconnect with the tab's newest seq, or with one `older` by so much."""
        known = [line.last_seq() for line in self._tabs[tab]]
        self.resumed += bool(known)
        await self.connect(tab, gateway, max(0, max(known, default=0) - older))

    def cut(self, tab: int) -> None:
        if self._tabs[tab] and not self._tabs[tab][-1].is_cut:
            self._tabs[tab][-1].is_cut = True
            self._tabs[tab][-1].client.drop()

    async def line(self, tab: int) -> Line:
        """This tab's socket, opened if there is none."""
        if not self._tabs[tab] or self._tabs[tab][-1].is_cut:
            await self.resume(tab, next(self._places))
        return self._tabs[tab][-1]

    @property
    def open_lines(self) -> list[Line]:
        return [line for line in self.lines if not line.is_cut]

    async def close(self) -> None:
        for line in self.lines:
            await line.client.close()

    # ── what a person does ─────────────────────────────────────────────────────────────────────

    async def say(self, tab: int, model: str) -> None:
        name = uuid4().hex[:12]
        directives = MODELS[model].format(name=name)
        answer = f"{self.word} {name}{PIECES}"
        await self.send(tab, name, f'[[model: text="{answer}" {directives}]] {self.word}')

    async def say_again(self, tab: int, which: int, *, otherwise: bool) -> None:
        """Send an earlier message once more, with the same text or another."""
        if self.said:
            name, texts = list(self.said.items())[which % len(self.said)]
            await self.send(tab, name, f"{texts[0]}, or not" if otherwise else texts[0])

    async def send(self, tab: int, name: str, text: str) -> None:
        line = await self.line(tab)
        line.said.append((name, text))
        self.said.setdefault(name, []).append(text)
        await line.send({"type": "message", "text": text, "client_message_id": name})

    async def stop(self, tab: int, which: int | None) -> None:
        """Stop the answer being written, or that to an earlier message."""
        reply_to = None if which is None else self._message(which)
        frame = {"type": "stop"} | ({"reply_to": str(reply_to)} if reply_to else {})
        await (await self.line(tab)).send(frame)

    async def retry(self, tab: int, which: int | None) -> None:
        """Retry a message; with None, one that does not exist."""
        reply_to = (None if which is None else self._message(which)) or uuid4()
        line = await self.line(tab)
        line.retried.append(reply_to)
        await line.send({"type": "retry", "reply_to": str(reply_to)})

    async def reset(self, portal: httpx.AsyncClient, gateway: Gateway) -> None:
        url = f"{gateway.url}/api/portal/chat/conversations/{self.id}"
        response = await portal.delete(url, headers=self.person.headers)
        assert response.status_code == 204, response.text

    async def hear(self, tab: int, stage: str) -> None:
        """Wait until the last message sent in this tab was accepted, begun or answered."""
        line = await self.line(tab)
        if line.said:
            await line.until(lambda: _has_come_to(line, line.said[-1][0], stage))

    async def send_what_was_never_answered(self, tab: int) -> None:
        """Resend what was never accepted or refused, as every client does after reconnecting."""
        heard = {name for line in self.lines for name, _ in line.said if line.answered(name)}
        for name in [name for name in self.said if name not in heard]:
            await self.send(tab, name, self.said[name][0])

    async def all_answered(self) -> None:
        """Wait until every message sent on an open socket was accepted or refused."""
        for line in self.open_lines:
            await line.until(line.has_all_answered)

    async def all_told(self, last_seq: int, reset_seq: int) -> None:
        """Wait until every open socket has told this much, and whatever else it has to tell."""
        for line in self.open_lines:
            await line.until(lambda: line.last_seq() >= last_seq and line.reset_seq() >= reset_seq)  # noqa: B023
            never_said = uuid4()
            await line.send({"type": "stop", "reply_to": str(never_said)})
            await line.until(
                lambda: any(f.type == "error" and f.reply_to == never_said for f in line.frames)  # noqa: B023
            )

    def message_ids(self) -> list[UUID]:
        """Every message of ours known to be stored once, oldest first."""
        frames = [f for line in self.lines for f in line.frames if f.type == "accepted"]
        return list(dict.fromkeys(f.message_id for f in sorted(frames, key=seq_of)))

    def _message(self, which: int) -> UUID | None:
        """The `which`th newest message."""
        ids = self.message_ids()
        return ids[-1 - which % len(ids)] if ids else None


def _answers_a_frame(frame: Any) -> bool:
    """Whether this frame accepts or refuses a message or a retry."""
    refused = frame.type == "error" and frame.code in ("not_failed", "not_found")
    named = frame.type == "error" and frame.client_message_id is not None
    return frame.type == "accepted" or refused or named


def _has_come_to(line: Line, name: str, stage: str) -> bool:
    told = [
        frame
        for frame in line.frames
        if frame.type in ("accepted", "error") and frame.client_message_id == name
    ]
    if not told or told[-1].type == "error" or stage == "accepted":
        return bool(told)
    wanted = ("response", "message") if stage == "answered" else ("delta", "response", "message")
    return any(
        (frame.type in wanted and frame.reply_to == told[-1].message_id)
        or (frame.type == "reset" and frame.seq >= told[-1].seq)
        for frame in line.frames
    )


def words_in(frame: Any) -> set[str]:
    """The words of talks in a frame."""
    return set(WORD.findall(orjson.dumps(frame.payload()).decode()))
