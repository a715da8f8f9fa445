"""What is kept with an answer from knowledge, in the transaction that stores it.

Nothing of it can fail the answer: it is selected from the answer that is there, and refers to
nothing else. The citations themselves are parts of the message.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import orjson

from shared.db.pipelined import Call, Statement


@dataclass(frozen=True, slots=True)
class Grounding:
    """How an answer came about, and its citations as parts of the message."""

    way: str
    """`model`, `quoted` or `not_known`."""
    supported: bool
    whole: bool
    model: str | None
    citations: list[dict[str, Any]] = field(default_factory=list)
    passages: list[dict[str, Any]] = field(default_factory=list)
    took_ms: dict[str, int] = field(default_factory=dict)
    unanswered: list[str] | None = None
    """The question's words, if no source answered it."""
    calls_person: bool = False

    def parts(self) -> str | None:
        """As JSON; None if nothing is cited."""
        return orjson.dumps(self.citations).decode() if self.citations else None


KEEP = Statement(
    """
    WITH answer AS MATERIALIZED (
        SELECT stored.tenant_id, stored.channel, stored.id, stored.reply_to,
               its.id AS conversation_id, its.agent_id,
               coalesce(its.user_id, its.contact_id) AS person_id
          FROM messages AS stored
          JOIN conversations AS its ON its.tenant_id = stored.tenant_id
           AND its.channel = stored.channel AND its.id = stored.conversation_id
         WHERE stored.tenant_id = $1 AND stored.channel = $2 AND stored.id = $3
    ), trace AS (
        INSERT INTO answer_traces (tenant_id, channel, message_id, run_id, way, supported, whole,
                                   model, passages, took_ms)
        SELECT answer.tenant_id, answer.channel, answer.id, $4::uuid, $5::text, $6::boolean,
               $7::boolean, $8::text, $9::jsonb, $10::jsonb
          FROM answer
        ON CONFLICT DO NOTHING
    ), item AS (
        INSERT INTO attention_items (tenant_id, kind, subject, agent_id, channel, conversation_id,
                                     details)
        SELECT answer.tenant_id, 'not_known', answer.conversation_id::text, answer.agent_id,
               answer.channel, answer.conversation_id,
               jsonb_build_object('message_id', answer.reply_to)
          FROM answer WHERE $12::boolean
        ON CONFLICT (tenant_id, kind, subject) WHERE resolved_at IS NULL DO NOTHING
    )
    INSERT INTO knowledge_questions (tenant_id, agent_id, channel, message_id, answer_id,
                                     person_id, terms)
    SELECT answer.tenant_id, answer.agent_id, answer.channel, answer.reply_to, answer.id,
           coalesce(answer.person_id, asked.author_id),
           ARRAY(SELECT jsonb_array_elements_text($11::jsonb))
      FROM answer
      JOIN messages AS asked ON asked.tenant_id = answer.tenant_id
       AND asked.channel = answer.channel AND asked.id = answer.reply_to
     WHERE $11::jsonb IS NOT NULL
    ON CONFLICT DO NOTHING
    """
)


def keep(tenant_id: UUID, channel: str, answer_id: UUID, run_id: UUID, of: Grounding) -> Call:
    """For the transaction that stores this answer."""
    terms = None if of.unanswered is None else orjson.dumps(of.unanswered).decode()
    return KEEP(
        tenant_id,
        channel,
        answer_id,
        run_id,
        of.way,
        _boolean(of.supported),
        _boolean(of.whole),
        of.model,
        orjson.dumps(of.passages).decode(),
        orjson.dumps(of.took_ms).decode(),
        terms,
        _boolean(of.calls_person),
    )


def _boolean(value: bool) -> str:
    return "true" if value else "false"
