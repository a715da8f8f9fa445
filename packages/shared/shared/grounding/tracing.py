"""Why an answer says what it says, for the business's own people."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from shared.db import WithinTenant
from shared.errors import NotFound


@dataclass(frozen=True, slots=True)
class StepTaken:
    """A call of a tool on the way to the answer; what with is not told."""

    n: int
    tool: str
    state: str


@dataclass(frozen=True, slots=True)
class Trace:
    """How one answer came about. Without knowledge it has no `way` and no passages."""

    message_id: UUID
    created_at: datetime
    status: str
    run_id: UUID | None
    attempt: int | None
    agent_version: int | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
    way: str | None
    supported: bool | None
    whole: bool | None
    passages: list[dict[str, Any]]
    cited: list[int]
    """The numbers of those passages that the answer names."""
    took_ms: dict[str, int]
    steps: list[StepTaken] = field(default_factory=list)


_TRACE = text(
    """
    SELECT answer.id, answer.created_at, answer.status, answer.parts,
           run.id AS run_id, run.attempt, run.input_tokens, run.output_tokens,
           coalesce(trace.model, agent.model) AS model,
           to_jsonb(run)->>'agent_version' AS agent_version,
           trace.way, trace.supported, trace.whole, trace.passages, trace.took_ms,
           (extract(epoch FROM run.finished_at - run.created_at) * 1000)::integer AS whole_ms
      FROM messages AS answer
      LEFT JOIN answer_traces AS trace ON trace.tenant_id = answer.tenant_id
       AND trace.channel = answer.channel AND trace.message_id = answer.id
      LEFT JOIN LATERAL (
           SELECT own.* FROM agent_runs AS own
            WHERE own.tenant_id = answer.tenant_id AND own.channel = answer.channel
              AND own.message_id = answer.reply_to::text
            ORDER BY own.id = trace.run_id DESC, own.created_at DESC LIMIT 1) AS run ON true
      LEFT JOIN agents AS agent ON agent.tenant_id = run.tenant_id AND agent.id = run.agent_id
     WHERE answer.tenant_id = :tenant_id AND answer.id = :message_id
       AND answer.role = 'assistant' AND answer.author_kind IS DISTINCT FROM 'member'
       AND answer.author_kind IS DISTINCT FROM 'system'
    """
)
_STEPS = text(
    """
    SELECT call.n, call.tool, call.state FROM tool_calls AS call
     WHERE call.tenant_id = :tenant_id AND call.run_id = :run_id
     ORDER BY call.n, call.idx
    """
)


async def trace_of(session: WithinTenant, tenant_id: UUID, message_id: UUID) -> Trace:
    """Of an answer of the tenant's agents. Raises NotFound. A session that does not see what is the
    staff's finds nothing of what it was made from."""
    row = (
        await session.execute(_TRACE, {"tenant_id": tenant_id, "message_id": message_id})
    ).one_or_none()
    if row is None:
        raise NotFound("There is no such answer in this business.")
    steps: list[StepTaken] = []
    if row.run_id is not None:
        given = {"tenant_id": tenant_id, "run_id": row.run_id}
        steps = [StepTaken(*step) for step in await session.execute(_STEPS, given)]
    took = dict(row.took_ms or {})
    if row.whole_ms is not None:
        took["whole"] = row.whole_ms
    return Trace(
        message_id=row.id,
        created_at=row.created_at,
        status=row.status,
        run_id=row.run_id,
        attempt=row.attempt,
        agent_version=int(row.agent_version) if row.agent_version else None,
        model=row.model,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        way=row.way,
        supported=row.supported,
        whole=row.whole,
        passages=row.passages or [],
        cited=[part["n"] for part in row.parts or () if part.get("kind") == "citation"],
        took_ms=took,
        steps=steps,
    )
