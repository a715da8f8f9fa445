"""Conditions about runs and worker leases, each said once, as SQL about a row by its alias.

Sessions and whole transactions name parameters differently (`:name`, `$1`), so what a row is
compared to is given as SQL too.

Plans are generic, so a partial index serves only a statement that says its condition in literals;
and they are made for what a connection saw first, which may be a table at rest and a tenant without
runs, where one index looks as good as another. So each look-up says the condition of one partial
index alone, and no index of all runs begins with the tenant (docs/decisions/0016). Of what seems to
say nothing, `attempt >= 0` and `next_nudge_at < 'infinity'` are there to keep an index from others.
"""


# ── leases ─────────────────────────────────────────────────────────────────────────────────────


def holds(lease: str) -> str:
    """Its worker lives, by the database's clock."""
    return f"{lease}.expires_at > clock_timestamp()"


def lives(worker_id: str) -> str:
    """A worker's lease holds."""
    return f"""EXISTS (SELECT FROM worker_leases AS lease
                    WHERE lease.id = {worker_id} AND {holds("lease")})"""


# ── which runs ─────────────────────────────────────────────────────────────────────────────────


def of_message(run: str, tenant_id: str, message_id: str) -> str:
    """All runs of a message: it has another one after each that failed."""
    return f"{run}.tenant_id = {tenant_id} AND {run}.message_id = {message_id}"


def of_thread(run: str, tenant_id: str, channel: str, thread_id: str) -> str:
    return f"""{run}.tenant_id = {tenant_id} AND {run}.channel = {channel}
           AND {run}.thread_id = {thread_id}"""


def newest(run: str) -> str:
    """For the end of a SELECT: of those found the one made last."""
    return f"ORDER BY {run}.position DESC LIMIT 1"


def unfinished(run: str) -> str:
    """For whoever names the thread: `ix_agent_runs_unfinished`, a hash index, which can be asked
    for a thread and for nothing else."""
    return f"{run}.state IN ('pending', 'running')"


def running(run: str) -> str:
    """For whoever looks for all that run, of a tenant or a worker: `ix_agent_runs_running`."""
    return f"{run}.state = 'running' AND {run}.attempt >= 0"


def waiting_for_room(run: str) -> str:
    """Pending, and refused for its tenant's limit alone: `ix_agent_runs_waiting`."""
    return f"{run}.waits_for_room AND {run}.state = 'pending'"


def nudged_by_the_sweep(run: str) -> str:
    """Pending or running, for whoever asks by time: `ix_agent_runs_due`."""
    return f"{unfinished(run)} AND {run}.next_nudge_at < 'infinity'"


def nudge(run: str) -> str:
    """What workers are told of it: ids and nothing else."""
    return f"""json_build_object('id', {run}.message_id, 'tenant_id', {run}.tenant_id,
                              'run_id', {run}.id)"""


# ── what may be done ───────────────────────────────────────────────────────────────────────────


def may_begin(run: str) -> str:
    """It waits for nobody to say more. Asked wherever somebody looks for what could be claimed."""
    return f"({run}.not_before IS NULL OR {run}.not_before <= clock_timestamp())"


def claimable(run: str) -> str:
    """It is pending and may begin, or its worker has no lease, or one that ran out."""
    return f"""({run}.state = 'pending' AND {may_begin(run)}
            OR {run}.state = 'running' AND NOT {lives(f"{run}.worker_id")})"""


def may_be_answered_with(run: str, head: str) -> str:
    """The pending run is of the same author as the head of its thread, and both may merge.
    A head that somebody has begun takes no more along."""
    return f"""{head}.may_merge AND {head}.started_at IS NULL
           AND {run}.state = 'pending' AND {run}.may_merge AND {run}.payload IS NOT NULL
           AND {author_of(run)} IS NOT DISTINCT FROM {author_of(head)}"""


def author_of(run: str) -> str:
    """The channel's own id of who wrote the message."""
    return f"{run}.payload #>> '{{sender,user_id}}'"


def is_workers(run: str, worker_id: str) -> str:
    """This worker has it, for all the database knows."""
    return f"{run}.state = 'running' AND {run}.worker_id = {worker_id}"


def is_at(run: str, run_id: str, worker_id: str, attempt: str) -> str:
    """The fence: a run ends only while it is still this worker's, at this attempt."""
    return f"""{run}.id = {run_id} AND {is_workers(run, worker_id)}
       AND {run}.attempt = {attempt}"""


def is_head_of_its_thread(run: str) -> str:
    """No older run of its thread is unfinished.

    `OFFSET 0` keeps it a look-up for each run: the planner would else think of reading all that is
    unfinished, or the whole table, to join it.
    """
    its_thread = of_thread("older", f"{run}.tenant_id", f"{run}.channel", f"{run}.thread_id")
    return f"""NOT EXISTS (SELECT FROM agent_runs AS older
                        WHERE {its_thread}
                          AND older.position < {run}.position
                          AND {unfinished("older")}
                       OFFSET 0)"""


def is_due(run: str) -> str:
    """The head of a thread that waits or was orphaned past its time."""
    return f"""{nudged_by_the_sweep(run)}
       AND {run}.next_nudge_at <= clock_timestamp()
       AND {claimable(run)}
       AND {is_head_of_its_thread(run)}"""


def room_of(tenant_id: str, default_runs_at_once: str) -> str:
    """How many more runs the tenant may have at once. A run whose worker's lease is over takes no
    room: it waits to be claimed again."""
    return f"""(coalesce((SELECT own.runs_at_once FROM tenant_limits AS own
                          WHERE own.tenant_id = {tenant_id}), {default_runs_at_once})
               - (SELECT count(*) FROM agent_runs AS its
                    JOIN worker_leases AS lease
                      ON lease.id = its.worker_id AND {holds("lease")}
                   WHERE its.tenant_id = {tenant_id} AND {running("its")}))"""  # noqa: S608 - of our own constants
