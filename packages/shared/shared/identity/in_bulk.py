"""Creates many people at once, without passwords, for load tests. Existing rows stay as they
are."""

from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from shared.db import SystemSession
from shared.models import Membership, PortalSessionRecord, PortalUser


async def ensure_users(session: SystemSession, names: Mapping[str, str]) -> dict[str, UUID]:
    """Add people without a password; `names` maps e-mail to display name. Returns all their ids, in
    the order given. Existing people stay as they are."""
    await session.execute(
        insert(PortalUser)
        .values([{"email": email, "display_name": name} for email, name in names.items()])
        .on_conflict_do_nothing(index_elements=["email"])
    )
    rows = await session.execute(
        select(PortalUser.email, PortalUser.id).where(PortalUser.email.in_(names))
    )
    ids = dict(rows.all())
    return {email: ids[email] for email in names}


async def ensure_memberships(
    session: SystemSession, *, tenant_id: UUID, user_ids: Collection[UUID], role: str
) -> None:
    """Make them all members. Existing members keep their role."""
    await session.execute(
        insert(Membership)
        .values([{"tenant_id": tenant_id, "user_id": id_, "role": role} for id_ in user_ids])
        .on_conflict_do_nothing(index_elements=["tenant_id", "user_id"])
    )


async def ensure_sessions(
    session: SystemSession,
    session_ids: Mapping[UUID, UUID],
    *,
    tenant_id: UUID,
    expires_at: datetime,
) -> None:
    """Add log-in sessions without refresh token; `session_ids` maps user to session."""
    statement = insert(PortalSessionRecord).values(
        [
            {"id": id_, "user_id": user_id, "tenant_id": tenant_id, "expires_at": expires_at}
            for user_id, id_ in session_ids.items()
        ]
    )
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["id"],
            set_={
                "expires_at": func.greatest(
                    PortalSessionRecord.expires_at, statement.excluded.expires_at
                ),
                "revoked_at": None,
            },
        )
    )
