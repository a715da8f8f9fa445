"""Conditions about conversations and who answers in them, each said once, as SQL about a row by its
alias."""

from shared.conversations.places import WEB, Place, elsewhere


def lock(conversation: str) -> str:
    """For the end of a SELECT: the conversation's row is locked until the transaction ends. Whoever
    changes a conversation does so before touching its runs."""
    return f"FOR UPDATE OF {conversation}"


def agent_of(conversation: str, agent: str) -> str:
    return f"{agent}.tenant_id = {conversation}.tenant_id AND {agent}.id = {conversation}.agent_id"


def answers(agent: str) -> str:
    """It is not paused."""
    return f"{agent}.status = 'active'"


def agent_may_speak(conversation: str) -> str:
    """Nobody else has the conversation, or it waits for a person and its agent helps meanwhile.
    Asked where a run is made and where it is claimed."""
    return f"""CASE {conversation}.handling WHEN 'agent' THEN true
                     WHEN 'waiting' THEN EXISTS (
                         SELECT FROM agents AS helper
                          WHERE {agent_of(conversation, "helper")} AND helper.helps_while_waiting)
                     ELSE false END"""


def spoken_by(conversation: str) -> str:
    """`agent` if it may speak, else why not: `waiting` or `human`."""
    return (
        f"CASE WHEN {agent_may_speak(conversation)} THEN 'agent' ELSE {conversation}.handling END"
    )


def may_be_answered(run: str, place: Place | None = None) -> str:
    """The run's conversation is there, and its agent may speak in it; of one place, or of any."""
    if place is not None:
        return _spoken_in(place, run)
    return f"""CASE WHEN {run}.channel = 'web' THEN {_spoken_in(WEB, run)}
                ELSE {_spoken_in(elsewhere(f"{run}.channel"), run)} END"""


def _spoken_in(place: Place, run: str) -> str:
    # A look-up for each run, as in runs/predicates.py.
    return f"""EXISTS (SELECT FROM {place.conversations} AS its
                        WHERE its.tenant_id = {run}.tenant_id AND its.id = {run}.thread_id::uuid
                          AND {agent_may_speak("its")}{place.only("its")}
                       OFFSET 0)"""


# ── whether a contact is written to ───────────────────────────────────────────────────────────

CONFIRMS_OPT_OUT = "confirms_opt_out"
"""In a delivery's hints: the one message that goes to a contact who has opted out."""


def has_opted_out(conversation: str) -> str:
    """It is with one contact, who wants no messages."""
    return f"""EXISTS (SELECT FROM contacts AS contact
                        WHERE contact.tenant_id = {conversation}.tenant_id
                          AND contact.id = {conversation}.contact_id
                          AND contact.opted_out_at IS NOT NULL)"""


def window_is_open(conversation: str, connection: str, in_s: str = "0") -> str:
    """The platform still takes replies, and so it will in so many seconds. Its window counts from
    the platform's own stamp of what the contact said last."""
    return f"""({connection}.reply_window_s IS NULL
            OR coalesce({conversation}.last_inbound_at, '-infinity')
               + make_interval(secs => {connection}.reply_window_s)
               > clock_timestamp() + make_interval(secs => {in_s}))"""
