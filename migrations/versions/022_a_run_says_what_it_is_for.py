"""A run says what it is for, and may wait, be edited, or be answered with a newer one.

`message_id` is empty for a run that no message caused. `merged_into` is the run that answers with
it; it has no foreign key, which would be looked up and indexed for each run.
"""

from alembic import op

from migrations.while_in_use import take

revision = "022"
down_revision = "021"
branch_labels = None
depends_on = None

COLUMNS = {
    "trigger": "text NOT NULL DEFAULT 'message'",
    "not_before": "timestamptz",
    "merged_into": "uuid",
    "may_merge": "boolean NOT NULL DEFAULT false",
    "edited": "integer NOT NULL DEFAULT 0",
}
STATE = "ck_agent_runs_state"
CHECKS = {
    STATE: "state IN ('pending', 'running', 'done', 'stopped', 'failed', 'cancelled', 'merged')",
}


def upgrade() -> None:
    take("agent_runs")
    changes = [f"DROP CONSTRAINT {STATE}", "ALTER COLUMN message_id DROP NOT NULL"]
    changes += [f"ADD COLUMN {name} {kind}" for name, kind in COLUMNS.items()]
    changes += [f"ADD CONSTRAINT {name} CHECK ({rule}) NOT VALID" for name, rule in CHECKS.items()]
    op.execute(f"ALTER TABLE agent_runs {', '.join(changes)}")


def downgrade() -> None:
    # Forced row-level security hides every row from the owner too.
    op.execute("ALTER TABLE agent_runs NO FORCE ROW LEVEL SECURITY")
    op.execute("UPDATE agent_runs SET state = 'cancelled' WHERE state = 'merged'")
    op.execute("DELETE FROM agent_runs WHERE message_id IS NULL")
    op.execute("ALTER TABLE agent_runs FORCE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE agent_runs DROP CONSTRAINT {STATE}")
    op.execute(f"ALTER TABLE agent_runs {', '.join(f'DROP COLUMN {name}' for name in COLUMNS)}")
    op.execute("ALTER TABLE agent_runs ALTER COLUMN message_id SET NOT NULL")
    op.execute(
        f"ALTER TABLE agent_runs ADD CONSTRAINT {STATE} CHECK"
        " (state IN ('pending', 'running', 'done', 'stopped', 'failed', 'cancelled'))"
    )
