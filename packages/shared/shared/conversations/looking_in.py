"""A platform admin who looks into somebody else's conversation, or empties it, leaves a trace.

They may: the contract gives them the right. Each such call is one line of the log, with ids, what
was done and the reason they gave. No text of the conversation is in it.
"""

from enum import StrEnum
from urllib.parse import unquote
from uuid import UUID

from shared.log import get_logger
from shared.plain_text import plain_line

log = get_logger(__name__)

MAX_REASON_CHARS = 200
NONE_GIVEN = "none given"


class Act(StrEnum):
    """What was done."""

    LISTED = "listed"
    READ = "read"
    EMPTIED = "emptied"


def leave_trace(
    act: Act,
    *,
    by: UUID,
    reason: str | None,
    tenant_id: UUID | None,
    owner: UUID | None = None,
    conversation_id: UUID | None = None,
) -> None:
    """`reason` is the header as it came. A list of all tenants' conversations names no tenant."""
    told = {"conversation_id": conversation_id, "owner_id": owner}
    log.info(
        "conversation_of_another",
        act=str(act),
        platform_admin_id=str(by),
        tenant_id=str(tenant_id) if tenant_id else "all",
        reason=_given(reason),
        **{name: str(value) for name, value in told.items() if value is not None},
    )


def _given(reason: str | None) -> str:
    """On one line, without what steers a terminal. Browsers send it percent-encoded, because a
    header holds Latin-1 alone."""
    return plain_line(unquote(reason or ""))[:MAX_REASON_CHARS] or NONE_GIVEN
