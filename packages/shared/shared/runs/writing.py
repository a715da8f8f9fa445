"""What is written into runs on several ways, said once, as SQL whose values are SQL too."""


def add_run(
    *,
    tenant_id: str,
    agent_id: str,
    channel: str,
    thread_id: str,
    message_id: str,
    payload: str,
    first_nudge_s: str,
    attempts_before: str = "0",
    may_merge: str = "false",
    trigger: str = "'message'",
    not_before: str = "NULL::timestamptz",
    source: str = "",
) -> str:
    """Insert a pending run for each row of `source` (`FROM …`), or one; gives its id.

    `attempts_before` are those of the run that this one tries again; they do not count against its
    limit. The sweep nudges `first_nudge_s` after it may begin.
    """
    return f"""
    INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, payload,
                            attempt, released, may_merge, trigger, not_before, next_nudge_at)
    SELECT {tenant_id}, {agent_id}, {channel}, {thread_id}, {message_id},
           cast({payload} AS jsonb), {attempts_before}, {attempts_before},
           {may_merge}, {trigger}, {not_before},
           greatest(clock_timestamp(), {not_before}) + make_interval(secs => {first_nudge_s})
     {source}
    RETURNING id
    """
