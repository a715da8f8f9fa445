"""What goes along with an outcome that a customer gets, in its transaction.

Why an answer failed stays in the house: its person reads one sentence of the business's, and an
attention item says what is wrong. Both are there once, until a later answer is good or somebody has
looked at it.
"""

from shared.conversations.places import elsewhere
from shared.conversations.writing import add_delivery, add_message, take_seq
from shared.db.pipelined import Statement

_ELSEWHERE = elsewhere("$2::text")
# Asked by the outcome's own id: what is not stored, since the run is another's, has no row.
_OUTCOME = """
    SELECT stored.conversation_id FROM messages AS stored
     WHERE stored.tenant_id = $1 AND stored.channel = $2 AND stored.id = $3
       AND stored.status = {}
"""


def _open_item(code: str) -> str:
    return f"""
        INSERT INTO attention_items (tenant_id, kind, subject, agent_id, channel, conversation_id,
                                     details)
        SELECT its.tenant_id, 'answer_failed', its.id::text, its.agent_id, its.channel, its.id,
               jsonb_build_object('code', {code}::text)
          FROM conversations AS its
         WHERE its.tenant_id = $1 AND its.channel = $2
           AND its.id = ({_OUTCOME.format("'failed'")})
        ON CONFLICT (tenant_id, kind, subject) WHERE resolved_at IS NULL DO NOTHING
        RETURNING conversation_id"""  # noqa: S608 - of our own constants


REPORT = Statement(_open_item("$4"))
"""Tenant, channel, the outcome's id, the code of what is wrong. For the page that shows the
apology in the answer's place."""
APOLOGIZE = Statement(
    f"""
    WITH item AS ({_open_item("$5")}
    ), conversation AS ({
        take_seq(
            _ELSEWHERE,
            "conversation.tenant_id = $1"
            " AND conversation.id = (SELECT item.conversation_id FROM item)",
        )
    }), message AS ({
        add_message(
            _ELSEWHERE,
            id="gen_random_uuid()",
            tenant_id="conversation.tenant_id",
            conversation_id="conversation.id",
            seq="conversation.last_seq",
            role="'assistant'",
            content="$4::text",
            author_kind="'system'",
            source="FROM conversation",
        )
    }), delivery AS ({add_delivery("message", "true")})
    SELECT id FROM message
    """  # noqa: S608 - of our own constants
)
"""Tenant, channel, the outcome's id, the sentence, the code of what is wrong."""
SETTLE = Statement(
    f"""
    UPDATE attention_items AS item
       SET resolved_at = clock_timestamp()
     WHERE item.tenant_id = $1 AND item.kind = 'answer_failed' AND item.resolved_at IS NULL
       AND item.subject = ({_OUTCOME.format("'complete'")})::text
    """  # noqa: S608 - of our own constants
)
"""Tenant, channel, the outcome's id."""
