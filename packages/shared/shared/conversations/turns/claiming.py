"""Taking a run: it is claimed, and all that its answer needs is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from shared.conversations.places import WEB, WEB_CHANNEL
from shared.conversations.predicates import may_be_answered
from shared.conversations.said_before import SAID, SAID_ELSEWHERE, Said, told
from shared.db.pipelined import Call, Statement, transact
from shared.db.scopes import TenantScope
from shared.runs.predicates import (
    claimable,
    is_head_of_its_thread,
    lives,
    may_be_answered_with,
    may_begin,
    of_message,
    of_thread,
    room_of,
    unfinished,
)


@dataclass(frozen=True, slots=True)
class AgentAtWork:
    """Who answers a run. `model` is None for the installation's default; `tools` are names; `knows`
    says that there are documents to read first; `version` is the published one, which its run
    names from now on."""

    name: str
    role: str
    instructions: str
    model: str | None
    tools: Sequence[str] = ()
    knows: bool = False
    model_chain: Sequence[Sequence[object]] | None = None
    """Who may answer where the business has keys of its own (`agents.model_chain`)."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class ClaimedRun:
    """A run as its claim has left it, and what was said before its message, newest first."""

    id: UUID
    agent_id: UUID
    channel: str
    thread_id: str
    payload: dict[str, Any]
    attempt: int
    released: int
    started_at: datetime
    stop_requested: bool
    queued_s: float
    """Since its message was stored."""
    message_id: UUID | None
    """Of several that are answered together the newest; None if it is no message's run."""
    covers: bool
    """Older messages are answered together with it."""
    agent: AgentAtWork
    asked: Said | None
    """The message, as it is stored now; None if it says nothing."""
    said_before: list[Said]
    """Without answers that failed, newest first."""

    @property
    def text(self) -> str | None:
        return self.asked.text if self.asked else None


_AS_CLAIMED = """
       SET state = 'running',
           attempt = run.attempt + 1,
           worker_id = $3,
           waits_for_room = false,
           started_at = coalesce(run.started_at, clock_timestamp()),
           agent_version = (SELECT agent.published_version FROM agents AS agent
                             WHERE agent.tenant_id = run.tenant_id AND agent.id = run.agent_id)"""
# The agent is read last, so that no plan begins with all runs of the agent.
_CLAIMED = """
              run.id, run.agent_id, run.channel, run.thread_id, run.payload::text, run.attempt,
              run.released, run.started_at, run.stop_requested_at IS NOT NULL,
              extract(epoch FROM clock_timestamp() - run.created_at)::float8,
              run.message_id::uuid,
              (SELECT json_build_array(agent.name, agent.role, agent.instructions, agent.model,
                                       agent.tools, agent.knows, agent.model_chain,
                                       agent.published_version)
                 FROM agents AS agent
                WHERE agent.tenant_id = run.tenant_id AND agent.id = run.agent_id)::text"""
_MERGED_EARLIER = """CASE WHEN run.attempt > 1 OR run.trigger <> 'message' THEN
                  EXISTS (SELECT FROM agent_runs AS older WHERE older.merged_into = run.id)
              ELSE false END"""


def _may_be_claimed(run: str) -> str:
    return f"""{run}.payload IS NOT NULL
           AND {lives("$3")}
           AND {claimable(run)}
           AND {is_head_of_its_thread(run)}
           AND {room_of("$1", "$4::integer")} > 0"""


def _behind(run: str, head: str, or_is: str = "") -> str:
    """Unfinished, of the same thread; with "=" the head, too."""
    thread = of_thread(run, f"{head}.tenant_id", f"{head}.channel", f"{head}.thread_id")
    return f"{thread} AND {unfinished(run)} AND {run}.position >{or_is} {head}.position"


# What nearly every message is: one on the web, with nothing behind it that is answered with it. Of
# a message's runs at most one is unfinished: another is made once the last one failed.
def _claim(named: str) -> Statement:
    return Statement(
        f"""
        UPDATE agent_runs AS run {_AS_CLAIMED}
         WHERE {named} AND run.channel = 'web'
           AND {_may_be_claimed("run")}
           AND {may_be_answered("run", WEB)}
           AND NOT (run.may_merge AND run.started_at IS NULL
                    AND EXISTS (SELECT FROM agent_runs AS behind
                                 WHERE {_behind("behind", "run")} OFFSET 0))
        RETURNING {_CLAIMED}, {_MERGED_EARLIER}
        """
    )


# All else: other channels, and runs answered together. First all are locked that may be changed, in
# their order, as by all who lock several of a thread; then each is as this transaction finds it.
def _lock(named: str) -> Statement:
    return Statement(
        f"""
        SELECT run.id FROM agent_runs AS head
          JOIN agent_runs AS run ON {_behind("run", "head", "=")}
         WHERE {named.replace("run.", "head.")} AND {claimable("head")}
           AND {is_head_of_its_thread("head")}
         ORDER BY run.position
           FOR UPDATE OF run
        """  # noqa: S608 - of our own constants
    )


def _claim_any(named: str) -> Statement:
    return Statement(
        f"""
        WITH head AS MATERIALIZED (
            SELECT run.* FROM agent_runs AS run
             WHERE {named} AND {_may_be_claimed("run")} AND {may_be_answered("run")}
        ), together AS MATERIALIZED (
            SELECT run.id, run.position
              FROM head JOIN agent_runs AS run ON {_behind("run", "head")}
             WHERE {may_be_answered_with("run", "head")}
               AND NOT EXISTS (SELECT FROM agent_runs AS other
                                WHERE {_behind("other", "head")}
                                  AND other.position < run.position
                                  AND NOT ({may_be_answered_with("other", "head")})
                               OFFSET 0)
        ), newest AS MATERIALIZED (
            SELECT coalesce((SELECT id FROM together ORDER BY position DESC LIMIT 1), head.id) AS id
              FROM head
        ), merged AS (
            UPDATE agent_runs AS run
               SET state = 'merged', merged_into = newest.id, waits_for_room = false,
                   finished_at = clock_timestamp()
              FROM newest
             WHERE EXISTS (SELECT FROM together)
               AND run.id = ANY (ARRAY(SELECT id FROM head UNION ALL SELECT id FROM together))
               AND run.id <> newest.id
        )
        UPDATE agent_runs AS run {_AS_CLAIMED}
         WHERE run.id = (SELECT id FROM newest)
        RETURNING {_CLAIMED}, EXISTS (SELECT FROM together) OR {_MERGED_EARLIER}
        """  # noqa: S608 - of our own constants
    )


# A run that only its tenant's limit keeps waiting says so, for those whose end makes room.
def _wait_for_room(named: str) -> Statement:
    return Statement(
        f"""
        UPDATE agent_runs AS run
           SET waits_for_room = true
         WHERE {named}
           AND run.state = 'pending' AND {may_begin("run")}
           AND {is_head_of_its_thread("run")}
           AND {room_of("$1", "$3::integer")} <= 0
        RETURNING true
        """  # noqa: S608 - of our own constants
    )


_NAMED = "run.tenant_id = $1 AND run.id = $2"
_CLAIM, _LOCK, _CLAIM_ANY = _claim(_NAMED), _lock(_NAMED), _claim_any(_NAMED)
_WAIT_FOR_ROOM = _wait_for_room(_NAMED)
# As versions before this one nudge.
_OF_MESSAGE = of_message("run", "$1", "$2")
_CLAIM_BY_MESSAGE, _LOCK_BY_MESSAGE = _claim(_OF_MESSAGE), _lock(_OF_MESSAGE)
_CLAIM_ANY_BY_MESSAGE = _claim_any(_OF_MESSAGE)
_WAIT_FOR_ROOM_BY_MESSAGE = _wait_for_room(_OF_MESSAGE)


@dataclass(frozen=True, slots=True)
class Nudge:
    """What a worker was told of a run; one of the two is there."""

    tenant_id: UUID
    run_id: UUID | None
    message_id: UUID | None

    @property
    def name(self) -> str:
        """By which two nudges to the same are known."""
        return str(self.message_id or self.run_id)


async def claim(
    nudge: Nudge, worker_id: UUID, *, turns: int, runs_at_once: int
) -> ClaimedRun | None:
    """Take the run for this worker with the next attempt, learn who answers, what is asked and
    the newest `turns` of what was said before; None if it is not to be had.

    It is to be had if it is pending and may begin, or its worker's lease is over, if no older run
    of its thread is unfinished and its agent may speak; and by a worker whose own lease holds. What
    its author has said since, and nobody has begun to answer, is answered together with it: then
    the newest of these runs is the one claimed, and the others are merged into it.

    A tenant has `runs_at_once` at once unless it has a limit of its own (claims of one moment may
    pass it by a few). What is refused for that is nudged when one of the tenant's runs ends: it
    says that it waits and is then tried once more, so either a run that ended meanwhile made room
    or its end finds it waiting.
    """
    scope = TenantScope(nudge.tenant_id)
    named = nudge.tenant_id, nudge.run_id or nudge.message_id
    by_run = nudge.run_id is not None
    # The text is read after the claim, by a snapshot of its own: an edit that came before the claim
    # is in it.
    claim_it = (_CLAIM if by_run else _CLAIM_BY_MESSAGE)(*named, worker_id, runs_at_once)
    rows, said = await transact(scope, claim_it, SAID(nudge.message_id, turns))
    if not rows:
        lock = (_LOCK if by_run else _LOCK_BY_MESSAGE)(*named)
        claim_it = (_CLAIM_ANY if by_run else _CLAIM_ANY_BY_MESSAGE)(
            *named, worker_id, runs_at_once
        )
        wait = (_WAIT_FOR_ROOM if by_run else _WAIT_FOR_ROOM_BY_MESSAGE)(*named, runs_at_once)
        said_now = SAID(nudge.message_id, turns)
        _, rows, said, waits = await transact(scope, lock, claim_it, said_now, wait)
        if waits:
            _, rows, said = await transact(scope, lock, claim_it, said_now)
        if not rows:
            return None
    id_, agent_id, channel, thread_id, payload, attempt, released, *rest = rows[0]
    started_at, stopped, queued_s, message_id, agent, covers = rest
    if channel != WEB_CHANNEL or message_id != nudge.message_id:
        (said,) = await transact(scope, _said(channel, message_id, turns))
    asked, said_before = told(said, message_id, turns)
    return ClaimedRun(
        id=id_,
        agent_id=agent_id,
        channel=channel,
        thread_id=thread_id,
        payload=orjson.loads(payload),
        attempt=attempt,
        released=released,
        started_at=started_at,
        stop_requested=stopped,
        queued_s=queued_s,
        message_id=message_id,
        covers=covers,
        agent=AgentAtWork(*orjson.loads(agent)),
        asked=asked,
        said_before=said_before,
    )


def _said(channel: str, message_id: UUID | None, turns: int) -> Call:
    if channel == WEB_CHANNEL:
        return SAID(message_id, turns)
    return SAID_ELSEWHERE(message_id, turns, channel)
