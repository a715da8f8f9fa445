"""What is written into conversations on several ways, said once, as SQL whose values are SQL too.

Locks are taken in the order of all who change a conversation: the conversation, then its runs.
"""


def take_seq(where: str) -> str:
    """Lock the conversation and take its next number, for a message stored in the same statement.
    Gives tenant_id, id, agent_id and last_seq, which is that number."""
    return f"""
    UPDATE web_conversations AS conversation
       SET last_seq = conversation.last_seq + 1, updated_at = clock_timestamp()
     WHERE {where}
    RETURNING tenant_id, id, agent_id, last_seq
    """  # noqa: S608 - of our own constants


def lock(conversation: str) -> str:
    """For the end of a SELECT: the conversation's row is locked until the transaction ends."""
    return f"FOR UPDATE OF {conversation}"


def answers(agent: str) -> str:
    """It is not paused: what is asked of it is stored and gets a run."""
    return f"{agent}.status = 'active'"


def agent_of(conversation: str, agent: str) -> str:
    return f"{agent}.tenant_id = {conversation}.tenant_id AND {agent}.id = {conversation}.agent_id"


def add_message(
    *,
    id: str,
    tenant_id: str,
    conversation_id: str,
    role: str,
    content: str,
    seq: str = "NULL",
    status: str = "'complete'",
    reply_to: str = "NULL",
    client_message_id: str = "NULL",
    error_code: str = "NULL",
    finish: str = "NULL",
    source: str = "",
) -> str:
    """Insert a message for each row of `source` (`FROM …`), or one; gives seq and created_at.
    Without a `seq` the trigger takes the next one, and with it the conversation's lock."""
    return f"""
    INSERT INTO web_conversation_messages
           (id, tenant_id, conversation_id, seq, role, content, status, reply_to,
            client_message_id, error_code, finish)
    SELECT {id}, {tenant_id}, {conversation_id}, {seq}, {role}, {content}, {status}, {reply_to},
           {client_message_id}, {error_code}, {finish}
     {source}
    RETURNING seq, created_at
    """
