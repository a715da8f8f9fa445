"""A run that failed and is worth another try: it is pending again, and may begin after a pause.

It stays the head of its thread, so nobody is answered before the person who asked first.
"""

from uuid import UUID

from shared.conversations.places import elsewhere
from shared.conversations.predicates import window_is_open
from shared.conversations.turns.tokens import added_to, storable
from shared.db.pipelined import Statement, transact
from shared.db.scopes import HouseScope
from shared.runs.predicates import is_at

_ELSEWHERE = elsewhere("$4::text")
# The attempt does not count against the limit, which is for attempts that kill workers. Its time
# begins when it may begin. It takes nothing more along: others may be merged into it.
_TRY_AGAIN = Statement(
    f"""
    UPDATE agent_runs AS run
       SET state = 'pending', worker_id = NULL, released = run.released + 1, may_merge = false,
           not_before = clock_timestamp() + make_interval(secs => $5),
           started_at = clock_timestamp() + make_interval(secs => $5),
           next_nudge_at = clock_timestamp() + make_interval(secs => $5 + $6::float8),
           input_tokens = {added_to("run.input_tokens", "$8")},
           output_tokens = {added_to("run.output_tokens", "$9")},
           payload = jsonb_set(run.payload, '{{tried_again}}', to_jsonb($7::integer))
     WHERE {is_at("run", "$1", "$2", "$3")}
       AND EXISTS (SELECT FROM {_ELSEWHERE.conversations} AS its
                     JOIN channel_connections AS connection ON connection.id = its.connection_id
                    WHERE its.tenant_id = run.tenant_id AND its.id = run.thread_id::uuid
                          {_ELSEWHERE.only("its")}
                      AND {window_is_open("its", "connection", "$5")}
                   OFFSET 0)
    RETURNING true
    """  # noqa: S608 - of our own constants
)


async def try_again(
    tenant_id: UUID,
    channel: str,
    *,
    run_id: UUID,
    worker_id: UUID,
    attempt: int,
    tried_again: int,
    pause_s: float,
    first_nudge_s: float,
    input_tokens: int,
    output_tokens: int,
) -> bool:
    """Have it tried again after `pause_s`; `tried_again` says how often that makes. False if the
    run is not this worker's at this attempt any more, or its platform takes no reply by then."""
    again = _TRY_AGAIN(
        run_id,
        worker_id,
        attempt,
        channel,
        pause_s,
        first_nudge_s,
        tried_again,
        storable(input_tokens),
        storable(output_tokens),
    )
    (rows,) = await transact(HouseScope(tenant_id, "outcome"), again)
    return bool(rows)
