"""Runs at once per tenant: how much room a tenant has, and who waits longest for it.

The function runs as whoever calls it, so row-level security holds in it. A run whose worker's
lease is over takes no room: it waits to be claimed again.
"""

import sqlalchemy as sa
from alembic import op

revision = "011"
down_revision = "010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "agent_runs",
        sa.Column("waits_for_room", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index(
        "ix_agent_runs_running",
        "agent_runs",
        ["tenant_id"],
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_agent_runs_waiting",
        "agent_runs",
        ["tenant_id", "position"],
        postgresql_where=sa.text("waits_for_room AND state = 'pending'"),
    )
    op.execute(
        """
        CREATE FUNCTION tenant_room(tenant uuid, default_runs_at_once integer) RETURNS bigint
        LANGUAGE sql STABLE PARALLEL SAFE
        BEGIN ATOMIC
            SELECT coalesce((SELECT own.runs_at_once FROM tenant_limits AS own
                              WHERE own.tenant_id = tenant), default_runs_at_once)
                   - (SELECT count(*) FROM agent_runs AS run
                        JOIN worker_leases AS lease
                          ON lease.id = run.worker_id AND lease.expires_at > clock_timestamp()
                       WHERE run.tenant_id = tenant AND run.state = 'running');
        END
        """
    )


def downgrade() -> None:
    op.execute("DROP FUNCTION tenant_room")
    op.drop_index("ix_agent_runs_waiting", "agent_runs")
    op.drop_index("ix_agent_runs_running", "agent_runs")
    op.drop_column("agent_runs", "waits_for_room")
