"""What Konstruct promises of a talk, checked against all its sockets' frames and all its rows.

`require_kept` wants a talk at rest: nothing unfinished, every open socket up to date.
"""

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import namedtuple_row

from tests.support.servers import Database
from tests.support.talks import Line, Talk, answer_to, may_fail, words_in

GAVE_UP = "gave_up"
FAILED_MODEL = {"model_broken", "model_cut", "model_unreachable"}
REFUSALS = {"client_message_id_reused", "nothing_to_stop", "not_failed", "not_found"}

CONVERSATION = "SELECT * FROM web_conversations WHERE id = %(id)s"
MESSAGES = """
SELECT *, seq AS number FROM web_conversation_messages WHERE conversation_id = %(id)s ORDER BY seq
"""
RUNS = "SELECT * FROM agent_runs WHERE thread_id = %(id)s::text ORDER BY position"
STRAYS = """
SELECT 'message' AS kind, m.id::text FROM web_conversation_messages m
  JOIN web_conversations c ON c.id = m.conversation_id WHERE m.tenant_id <> c.tenant_id
UNION ALL
SELECT 'run', r.id::text FROM agent_runs r
  JOIN web_conversations c ON c.id::text = r.thread_id
 WHERE r.tenant_id <> c.tenant_id OR r.agent_id <> c.agent_id
"""


@dataclass
class Stored:
    """One talk's rows, all read in one look."""

    tenant_id: UUID
    reset_seq: int
    last_seq: int
    messages: list[Any]
    runs: list[Any]

    @property
    def is_finished(self) -> bool:
        return all(run.state not in ("pending", "running") for run in self.runs)

    def runs_of(self, message_id: UUID) -> list[Any]:
        return [run for run in self.runs if run.message_id == str(message_id)]

    def outcomes_of(self, message_id: UUID) -> list[Any]:
        return [message for message in self.messages if message.reply_to == message_id]

    def attempt_of(self, outcome_id: UUID) -> int | None:
        """The attempt that said this outcome, if it is still there."""
        for outcome in self.messages:
            if outcome.id == outcome_id:
                nth = self.outcomes_of(outcome.reply_to).index(outcome)
                return self.runs_of(outcome.reply_to)[nth].attempt
        return None


def look(database: Database, talk: Talk) -> Stored:
    with (
        psycopg.connect(database.superuser_conninfo, row_factory=namedtuple_row) as connection,
        connection.transaction(),
    ):
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        which = {"id": talk.id}
        conversation = connection.execute(CONVERSATION, which).fetchone()
        assert conversation is not None
        return Stored(
            conversation.tenant_id,
            conversation.reset_seq,
            conversation.last_seq,
            connection.execute(MESSAGES, which).fetchall(),
            connection.execute(RUNS, which).fetchall(),
        )


def require_no_strays(database: Database) -> None:
    """Every row belongs to the tenant of its conversation."""
    with psycopg.connect(database.superuser_conninfo, autocommit=True) as connection:
        assert connection.execute(STRAYS).fetchall() == []


def require_kept(talk: Talk, stored: Stored) -> None:
    """Everything that is promised of one conversation."""
    _require_rows_in_order(talk, stored)
    _require_outcomes(talk, stored)
    _require_answered_in_order(stored)
    story = _require_one_story(talk, stored)
    for line in talk.lines:
        try:
            _Listener(talk, line, stored, story).require_kept()
        except AssertionError as error:
            error.add_note("\n".join(map(repr, [line.since, line.said, *line.frames])))
            raise


# ── what is stored ─────────────────────────────────────────────────────────────────────────────


def _require_rows_in_order(talk: Talk, stored: Stored) -> None:
    numbers = [message.seq for message in stored.messages]
    assert numbers == list(range(stored.reset_seq + 1, stored.last_seq + 1))
    assert stored.reset_seq == max(talk.resets, default=0)
    for earlier, later in pairwise(stored.messages):
        assert earlier.created_at <= later.created_at, (earlier, later)
    names = Counter(m.client_message_id for m in stored.messages if m.client_message_id)
    assert max(names.values(), default=1) == 1, names


def _require_outcomes(talk: Talk, stored: Stored) -> None:
    """One for each run that was not reset away; only the last may be good."""
    for message in stored.messages:
        if message.role == "assistant":
            continue
        assert message.content in talk.said[message.client_message_id], message
        runs, outcomes = stored.runs_of(message.id), stored.outcomes_of(message.id)
        assert len(runs) == len(outcomes) >= 1, (message, runs, outcomes)
        assert all(outcome.status == "failed" for outcome in outcomes[:-1]), outcomes
        for run, outcome in zip(runs, outcomes, strict=True):
            _require_right_outcome(message.content, run, outcome)


def _require_right_outcome(said: str, run: Any, outcome: Any) -> None:
    answer = answer_to(said)
    match outcome.status:
        case "complete":
            assert (run.state, outcome.content) == ("done", answer), (run, outcome)
        case "stopped":
            assert run.state == "stopped", (run, outcome)
            assert answer.startswith(outcome.content), (run, outcome)
        case _:
            expected = {GAVE_UP} | (FAILED_MODEL if may_fail(said) else set())
            assert run.state == "failed", (run, outcome)
            assert run.error_code in expected, (run, outcome)


def _require_answered_in_order(stored: Stored) -> None:
    """Messages in the order they were accepted, a retried one again when it was asked for."""
    asked = [m for m in stored.messages if m.role == "user"]
    first_runs = [stored.runs_of(message.id)[0].position for message in asked]
    assert first_runs == sorted(first_runs)
    answered: list[tuple[int, int]] = []
    for message in asked:
        outcomes = stored.outcomes_of(message.id)
        for run, outcome in zip(stored.runs_of(message.id), outcomes, strict=True):
            never_begun = run.state == "stopped" and run.worker_id is None
            if not never_begun:
                answered.append((run.position, outcome.seq))
    in_turn = [seq for _, seq in sorted(answered)]
    assert in_turn == sorted(in_turn), answered


# ── what was told ──────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Told:
    """What is known of a message from all sources."""

    id: UUID
    seq: int
    text: str | None
    name: str | None

    def agrees_with(self, other: "_Told") -> bool:
        same_text = self.text is None or other.text is None or self.text == other.text
        return self.id == other.id and same_text

    def or_of(self, other: "_Told") -> "_Told":
        return _Told(self.id, self.seq, self.text or other.text, self.name or other.name)


def _require_one_story(talk: Talk, stored: Stored) -> dict[UUID, _Told]:
    """Whoever told of a message, live or from the table, told the same; a number is used once.

    The messages by their ids.
    """
    story = {m.seq: _Told(m.id, m.seq, m.content, m.client_message_id) for m in stored.messages}
    for line in talk.lines:
        for told in filter(None, map(_told, line.frames)):
            known = story.setdefault(told.seq, told)
            assert known.agrees_with(told), (known, told)
            story[told.seq] = known.or_of(told)
    names: dict[str, list[int]] = {}
    for seq, told in sorted(story.items()):
        names.setdefault(told.name or f"answer {seq}", []).append(seq)
    for name, numbers in names.items():
        for earlier, later in pairwise(numbers):
            assert any(earlier <= seq < later for seq in talk.resets), (name, numbers, talk.resets)
    return {told.id: told for told in story.values()}


def _told(frame: Any) -> _Told | None:
    match frame.type:
        case "accepted":
            return _Told(frame.message_id, frame.seq, None, frame.client_message_id)
        case "message":
            return _Told(frame.id, frame.seq, frame.content, frame.client_message_id)
        case "response":
            return _Told(frame.message_id, frame.seq, frame.text, None)
    return None


@dataclass
class _Stream:
    attempt: int = 0
    text: str = ""
    is_over: bool = False
    """No more of this attempt may come."""


@dataclass
class _Listener:
    """One socket's frames, taken one after the other as a client takes them."""

    talk: Talk
    line: Line
    stored: Stored
    story: dict[UUID, _Told]
    _began_at: int = 0
    last_seq: int = 0
    reset_seq: int = 0
    seen: set[int] = field(default_factory=set)
    passed_over: set[int] = field(default_factory=set)
    streams: dict[UUID, _Stream] = field(default_factory=dict)
    answered: set[UUID] = field(default_factory=set)
    waits: bool = False

    def require_kept(self) -> None:
        self.line.client.require_valid()
        assert self.line.is_cut or self.line.client.socket.close_code is None
        self.last_seq = self.line.since or 0
        previous = None
        for frame in self.line.frames:
            assert words_in(frame) <= {self.talk.word}, frame
            getattr(self, f"_on_{frame.type}")(frame, previous)
            previous = frame
        told_nowhere = {seq for seq in self.passed_over if seq > self.stored.reset_seq}
        assert not told_nowhere, told_nowhere
        if not self.line.is_cut:
            self._require_complete()

    def _require_complete(self) -> None:
        assert self.line.has_all_answered()
        assert self.last_seq == self.stored.last_seq
        assert self.reset_seq == self.stored.reset_seq
        missing = {m.seq for m in self.stored.messages if m.seq > self._began_at} - self.seen
        assert not missing, missing
        assert not self.waits, "typing that never ends"

    def _on_ready(self, frame: Any, _: Any) -> None:
        if self.line.since is None:
            assert not self.seen, "told of the past without having asked"
            self.last_seq = frame.last_seq
        self._began_at = frame.last_seq if self.line.since is None else self.line.since
        self.reset_seq = frame.reset_seq
        self.last_seq = max(self.last_seq, frame.reset_seq)
        assert frame.last_seq == self.last_seq, frame

    def _on_accepted(self, frame: Any, _: Any) -> None:
        texts = [text for name, text in self.line.said if name == frame.client_message_id]
        right = frame.message_id in self.line.retried or self.story[frame.message_id].text in texts
        assert right or self.story[frame.message_id].text is None, (frame, texts)
        assert frame.seq > self.reset_seq, ("accepted after it was reset away", frame)
        if frame.seq > self.last_seq:
            self._advance(frame)

    def _on_message(self, frame: Any, _: Any) -> None:
        self._advance(frame)
        if frame.reply_to is not None:
            self._on_outcome(frame.id, frame.content, frame)

    def _on_response(self, frame: Any, previous: Any) -> None:
        is_told_again = (
            frame.seq <= self.last_seq
            and previous.type == "accepted"
            and previous.message_id == frame.reply_to
        )
        if not is_told_again:
            self._advance(frame)
        self._on_outcome(frame.message_id, frame.text, frame)

    def _advance(self, frame: Any) -> None:
        assert frame.seq > self.last_seq, f"again or out of order, after {self.last_seq}: {frame}"
        self.passed_over |= set(range(self.last_seq + 1, frame.seq))
        self.seen.add(frame.seq)
        self.last_seq = frame.seq

    def _on_outcome(self, outcome_id: UUID, text: str, frame: Any) -> None:
        stream = self.streams.setdefault(frame.reply_to, _Stream())
        stream.is_over = True
        self.waits = False
        if frame.status == "failed":
            return
        assert frame.reply_to not in self.answered or frame.seq <= self.last_seq, frame
        self.answered.add(frame.reply_to)
        said_by = self.stored.attempt_of(outcome_id)
        if frame.status == "complete" or said_by == stream.attempt:
            assert text.startswith(stream.text), (stream, frame)

    def _on_delta(self, frame: Any, _: Any) -> None:
        self.waits = True
        assert frame.reply_to not in self.answered, ("text after the outcome", frame)
        said = self.story.get(frame.reply_to)
        assert said is None or said.seq > self.reset_seq, ("text of what was reset away", frame)
        stream = self.streams.setdefault(frame.reply_to, _Stream())
        if frame.attempt > stream.attempt:
            stream = self.streams[frame.reply_to] = _Stream(frame.attempt)
        assert frame.attempt == stream.attempt, ("text of an attempt that is over", frame)
        assert not stream.is_over, ("text after the outcome", frame)
        assert frame.index == len(stream.text), (stream, frame)
        stream.text += frame.text
        if said is not None and said.text is not None:
            assert answer_to(said.text).startswith(stream.text), (said, stream)

    def _on_reset(self, frame: Any, _: Any) -> None:
        assert frame.seq > self.reset_seq, frame
        assert frame.seq in self.talk.resets, frame
        self.reset_seq = frame.seq
        self.last_seq = max(self.last_seq, frame.seq)
        self.streams.clear()
        self.waits = False

    def _on_typing(self, _frame: Any, _: Any) -> None:
        self.waits = True

    def _on_error(self, frame: Any, _: Any) -> None:
        self.waits = False
        assert frame.code in REFUSALS | FAILED_MODEL | {GAVE_UP}, frame
        if frame.code == "client_message_id_reused":
            assert len(set(self.talk.said[frame.client_message_id])) > 1, frame
