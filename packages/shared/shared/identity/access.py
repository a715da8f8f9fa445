"""Checks that an access token still says the truth.

A token is signed, so we could believe it without asking. But people log out, lose roles and are
removed before it expires. So each use asks the database again, at most every `session_check_ttl_s`,
and at once after a revocation was published.
"""

import time
from collections import OrderedDict
from datetime import UTC, datetime
from uuid import UUID

from shared.config import settings
from shared.errors import Forbidden, NotAuthenticated
from shared.identity.standing import standing
from shared.identity.tokens import AccessClaims

CACHE_SIZE = 20_000


class Access:
    """Cached checks of this process."""

    def __init__(self) -> None:
        self._checked: OrderedDict[tuple[UUID, UUID, UUID | None, str], float] = OrderedDict()
        self._forgotten = 0

    async def check(self, claims: AccessClaims) -> None:
        """Raise NotAuthenticated if the session ended, Forbidden if the person no longer has the
        role."""
        if claims.expires_at <= datetime.now(UTC):
            raise NotAuthenticated(
                "Your session has expired. Refresh it or log in again.", code="token_expired"
            )
        key = (claims.user_id, claims.session_id, claims.tenant_id, claims.role)
        checked_at = self._checked.get(key)
        if (
            checked_at is not None
            and time.monotonic() - checked_at < settings.identity.session_check_ttl_s
        ):
            return
        self._checked.pop(key, None)
        asked_at, forgotten = time.monotonic(), self._forgotten
        await self._ask(claims)
        if forgotten != self._forgotten:
            return  # a revocation came meanwhile, and this answer may be older
        self._checked[key] = asked_at
        while len(self._checked) > CACHE_SIZE:
            self._checked.popitem(last=False)

    def forget(self, user_id: UUID) -> None:
        """Drop this person's cached checks: their next use asks again."""
        self._forgotten += 1
        for key in [key for key in self._checked if key[0] == user_id]:
            self._checked.pop(key, None)

    def forget_all(self) -> None:
        self._forgotten += 1
        self._checked.clear()

    @staticmethod
    async def _ask(claims: AccessClaims) -> None:
        now = await standing(
            session_id=claims.session_id, user_id=claims.user_id, tenant_id=claims.tenant_id
        )
        if (
            now is None
            or now.session_revoked
            or now.user_disabled
            or now.session_ends_at <= datetime.now(UTC)
        ):
            raise NotAuthenticated("You have been logged out. Log in again.", code="logged_out")
        if claims.role == "platform_admin":
            if not now.is_platform_admin:
                raise Forbidden(
                    "You are no longer a platform admin. Log in again.", code="role_changed"
                )
        elif claims.tenant_id is None or now.member_role is None:
            raise Forbidden("You are no longer a member of this tenant.", code="membership_ended")
        elif now.member_role != claims.role:
            raise Forbidden("Your role has changed. Log in again.", code="role_changed")


access = Access()
