"""How long each table's rows are kept; workers delete the older ones.

Every table is listed. Rows of a `FOR_EVER` table go with the row they belong to, or when a person
deletes them.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from shared.db import SystemSession

FOR_EVER = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Rows are deleted `time` after the moment in their column `since`, `batch` of them at once.
    `index` is the index in that order."""

    time: timedelta
    since: str
    index: str
    batch: int = 200


KEPT: dict[str, Kept | None] = {
    # The business and its people
    "tenants": FOR_EVER,
    "tenant_limits": FOR_EVER,
    "portal_users": FOR_EVER,
    "memberships": FOR_EVER,
    "invitations": FOR_EVER,
    "portal_sessions": Kept(
        timedelta(days=30), since="expires_at", index="ix_portal_sessions_expires_at"
    ),
    "agents": FOR_EVER,
    "llm_keys": FOR_EVER,
    "llm_settings": FOR_EVER,
    "agent_counters": FOR_EVER,
    "agent_versions": FOR_EVER,
    "business_hours": FOR_EVER,
    "audit_events": FOR_EVER,
    # What was said: a person's reset deletes it
    "conversations": FOR_EVER,
    "web_conversations": FOR_EVER,
    "channel_conversations": FOR_EVER,
    "messages": FOR_EVER,
    "web_conversation_messages": FOR_EVER,
    "channel_messages": FOR_EVER,
    "files": FOR_EVER,
    "answer_rules": FOR_EVER,
    "answer_traces": Kept(
        timedelta(days=90), since="created_at", index="ix_answer_traces_created_at"
    ),
    "knowledge_questions": Kept(
        timedelta(days=30), since="asked_at", index="ix_knowledge_questions_asked_at"
    ),
    "contacts": FOR_EVER,
    "contact_addresses": FOR_EVER,
    "visitor_sessions": Kept(
        timedelta(days=1), since="expires_at", index="ix_visitor_sessions_expires_at"
    ),
    "visitor_consents": FOR_EVER,
    "message_ratings": FOR_EVER,
    "attention_items": Kept(
        timedelta(days=365), since="resolved_at", index="ix_attention_items_resolved_at"
    ),
    # What it knows goes with its source. A version that was replaced stays for answers under way
    "knowledge_sources": FOR_EVER,
    "knowledge_documents": FOR_EVER,
    "knowledge_versions": Kept(
        timedelta(minutes=10),
        since="retired_at",
        index="ix_knowledge_versions_retired_at",
        batch=20,
    ),
    "knowledge_chunks": FOR_EVER,
    "knowledge_terms": FOR_EVER,
    "knowledge_embeddings": FOR_EVER,
    "agent_knowledge": FOR_EVER,
    "knowledge_trials": Kept(
        timedelta(days=1), since="created_at", index="ix_knowledge_trials_created_at"
    ),
    # Secrets are deleted with the row that needs them
    "secrets": FOR_EVER,
    # Channels. Deliveries go with their message, leases with their connection
    "channel_connections": FOR_EVER,
    "channel_settings": FOR_EVER,
    "connection_cursors": FOR_EVER,
    "connection_leases": FOR_EVER,
    "deliveries": FOR_EVER,
    "inbound_events": Kept(
        timedelta(days=8), since="created_at", index="ix_inbound_events_created_at", batch=1_000
    ),
    # Work. Runs are what was used; steps and calls go with their run
    "agent_runs": FOR_EVER,
    "run_steps": FOR_EVER,
    "tool_calls": FOR_EVER,
    "jobs": Kept(timedelta(days=8), since="finished_at", index="ix_jobs_finished_at", batch=1_000),
    "worker_leases": Kept(
        timedelta(hours=1), since="expires_at", index="ix_worker_leases_expires_at"
    ),
}

# `now()` is one moment for all rows, so the index can be used.
_FORGET = {
    table: text(
        f"""
        DELETE FROM {table} WHERE ctid = ANY (ARRAY(
            SELECT ctid FROM {table}
             WHERE {kept.since} < now() - interval '{kept.time.total_seconds():.0f} seconds'
             ORDER BY {kept.since} LIMIT {kept.batch} FOR UPDATE SKIP LOCKED))
        """  # noqa: S608 - of our own constants
    )
    for table, kept in KEPT.items()
    if kept is not None
}
TIDIED = tuple(_FORGET)


async def forget_what_is_over(session: SystemSession, table: str) -> None:
    """Delete one batch of the table, which is one of `TIDIED`."""
    await session.execute(_FORGET[table])
