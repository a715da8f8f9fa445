"""Each look at runs has an index of its own, which no other look can take.

Analyzed while nothing was unfinished, all partial indexes looked empty and equal, and every look-up
of a message took the one ordered by time: over all that was unfinished, and all that had been since
the last vacuum. An index that began with the tenant was as good as the primary key wherever a
tenant looked small when a connection made its plans. Now each statement says what one index alone
is for (`shared/runs/predicates.py`, docs/decisions/0016).

What the version before asks is found as well: threads in the same words, messages by their id.
"""

from alembic import op

revision = "016"
down_revision = "015"
branch_labels = None
depends_on = None

UNFINISHED = "state IN ('pending', 'running')"

DROPPED = {
    "ix_agent_runs_unfinished": f"(tenant_id, channel, thread_id, position) WHERE {UNFINISHED}",
    "ix_agent_runs_due": f"(next_nudge_at) WHERE {UNFINISHED}",
    "ix_agent_runs_running": "(tenant_id) WHERE state = 'running'",
    "ix_agent_runs_worker_id": "(worker_id) WHERE state = 'running'",
    "ix_agent_runs_message_id": "(tenant_id, message_id)",
    "ix_agent_runs_agent": "(tenant_id, agent_id)",
}
MADE = {
    "ix_agent_runs_unfinished": f"USING hash (thread_id) WHERE {UNFINISHED}",
    "ix_agent_runs_due": f"(next_nudge_at) WHERE {UNFINISHED} AND next_nudge_at < 'infinity'",
    "ix_agent_runs_running": "(tenant_id, worker_id) WHERE state = 'running' AND attempt >= 0",
    "ix_agent_runs_message_id": "(message_id)",
    "ix_agent_runs_thread": "(agent_id, thread_id)",
}
MESSAGE_ONCE = "uq_agent_runs_unfinished_message"
ROOM = """
    CREATE OR REPLACE FUNCTION tenant_room(tenant uuid, default_runs_at_once integer)
    RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE
    BEGIN ATOMIC
        SELECT coalesce((SELECT own.runs_at_once FROM tenant_limits AS own
                          WHERE own.tenant_id = tenant), default_runs_at_once)
               - (SELECT count(*) FROM agent_runs AS run
                    JOIN worker_leases AS lease
                      ON lease.id = run.worker_id AND lease.expires_at > clock_timestamp()
                   WHERE run.tenant_id = tenant AND {running});
    END
"""
"""Only the version before calls it: a call costs more than what it does."""


def upgrade() -> None:
    for index in (*DROPPED, MESSAGE_ONCE):
        op.drop_index(index, "agent_runs")
    for index, of in MADE.items():
        op.execute(f"CREATE INDEX {index} ON agent_runs {of}")
    op.execute(ROOM.format(running="run.state = 'running' AND run.attempt >= 0"))
    # A run leaves two dead rows behind. By default a million runs may have 200,000 of them.
    op.execute(
        "ALTER TABLE agent_runs SET (autovacuum_vacuum_scale_factor = 0.02,"
        " autovacuum_analyze_scale_factor = 0.05)"
    )


def downgrade() -> None:
    op.execute(
        "ALTER TABLE agent_runs RESET (autovacuum_vacuum_scale_factor,"
        " autovacuum_analyze_scale_factor)"
    )
    op.execute(ROOM.format(running="run.state = 'running'"))
    for index in MADE:
        op.drop_index(index, "agent_runs")
    for index, of in DROPPED.items():
        op.execute(f"CREATE INDEX {index} ON agent_runs {of}")
    op.execute(
        f"CREATE UNIQUE INDEX {MESSAGE_ONCE} ON agent_runs (tenant_id, message_id)"
        f" WHERE {UNFINISHED}"
    )
