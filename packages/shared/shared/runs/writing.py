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
    source: str = "",
) -> str:
    """Insert a pending run for each row of `source` (`FROM …`), or one. `attempts_before` are
    those of the run that this one tries again; they do not count against its limit."""
    return f"""
    INSERT INTO agent_runs (tenant_id, agent_id, channel, thread_id, message_id, payload,
                            attempt, released, next_nudge_at)
    SELECT {tenant_id}, {agent_id}, {channel}, {thread_id}, {message_id},
           cast({payload} AS jsonb), {attempts_before}, {attempts_before},
           clock_timestamp() + make_interval(secs => {first_nudge_s})
     {source}
    """
