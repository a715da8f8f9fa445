"""Makes access tokens with the installation's signing key."""

from shared.db import SystemSession
from shared.errors import Forbidden
from shared.identity.sessions import start_session
from shared.identity.users import find_user
from shared.tenants.rules import find_tenant

from konstruct.identity import Identity


async def issue(email: str, *, tenant: str | None = None, ttl_s: int | None = None) -> Identity:
    """An access token for this person, without their password. Raises NotFound, Forbidden,
    BadRequest."""
    async with SystemSession("identity") as session, session.transaction():
        user = await find_user(session, email)
        if user.disabled_at is not None:
            raise Forbidden(f"{user.email} may not log in any more.")
        tenant_id = (await find_tenant(session, tenant)).id if tenant else None
        logged_in = await start_session(session, user, tenant_id=tenant_id, access_ttl_s=ttl_s)
    return Identity(
        token=logged_in.access_token,
        user_id=user.id,
        role=logged_in.role,
        tenant_id=logged_in.tenant_id,
        expires_at=logged_in.expires_at,
    )
