"""The conditions by which runs are looked for, each said once, as SQL about a run by its alias.

Plans are generic, so a partial index serves only a statement that says its condition in literals;
and they are made for what a connection saw first, which may be a table at rest and a tenant without
runs, where one index looks as good as another. So each look-up says the condition of one partial
index alone, and no index of all runs begins with the tenant (docs/decisions/0016). Of what seems to
say nothing, `attempt >= 0` and `next_nudge_at < 'infinity'` are there to keep an index from others.
"""


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


def claimable(run: str) -> str:
    """It is pending, or its worker has no lease, or one that ran out."""
    return f"""({run}.state = 'pending'
            OR {run}.state = 'running'
               AND NOT EXISTS (SELECT FROM worker_leases AS its
                                WHERE its.id = {run}.worker_id
                                  AND its.expires_at > clock_timestamp()))"""


def is_head_of_its_thread(run: str) -> str:
    """No older run of its thread is unfinished.

    `OFFSET 0` keeps it a look-up for each run: the planner would else think of reading all that is
    unfinished, or the whole table, to join it.
    """
    return f"""NOT EXISTS (SELECT FROM agent_runs AS older
                        WHERE older.tenant_id = {run}.tenant_id
                          AND older.channel = {run}.channel
                          AND older.thread_id = {run}.thread_id
                          AND older.position < {run}.position
                          AND {unfinished("older")}
                       OFFSET 0)"""


def is_due(run: str) -> str:
    """The head of a thread that waits or was orphaned past its time."""
    return f"""{nudged_by_the_sweep(run)}
       AND {run}.next_nudge_at <= clock_timestamp()
       AND {claimable(run)}
       AND {is_head_of_its_thread(run)}"""


def room_of(tenant: str, default_runs_at_once: str) -> str:
    """How many more runs the tenant may have at once. A run whose worker's lease is over takes no
    room: it waits to be claimed again."""
    return f"""(coalesce((SELECT own.runs_at_once FROM tenant_limits AS own
                          WHERE own.tenant_id = {tenant}), {default_runs_at_once})
               - (SELECT count(*) FROM agent_runs AS its
                    JOIN worker_leases AS lease
                      ON lease.id = its.worker_id AND lease.expires_at > clock_timestamp()
                   WHERE its.tenant_id = {tenant} AND {running("its")}))"""  # noqa: S608 - of our own constants
