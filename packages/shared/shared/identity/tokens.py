"""Access tokens: short-lived and signed. Each is only good while its session is (`access.py`).

A token is a JWT with HS256 and the claims `sub` user, `role`, `tid` active tenant (absent for a
platform admin), `sid` session, `iat`, `exp`, `iss`, `aud`. Exactly this algorithm, these claims and
this audience are accepted. Nothing in a token's header chooses how it is checked.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import jwt

from shared.config import settings
from shared.errors import NotAuthenticated
from shared.identity.roles import ROLES

ALGORITHM = "HS256"
ISSUER = "konstruct"
AUDIENCE = "konstruct-portal"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """The claims of a verified access token."""

    user_id: UUID
    role: str
    tenant_id: UUID | None
    session_id: UUID
    expires_at: datetime


def issue_access_token(
    *, user_id: UUID, role: str, tenant_id: UUID | None, session_id: UUID, ttl_s: int | None = None
) -> tuple[str, datetime]:
    """A signed token and when it expires."""
    now = datetime.now(UTC).replace(microsecond=0)
    expires_at = now + timedelta(seconds=ttl_s or settings.identity.access_token_ttl_s)
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": str(user_id),
        "role": role,
        "sid": str(session_id),
        "iat": now,
        "exp": expires_at,
    }
    if tenant_id is not None:
        claims["tid"] = str(tenant_id)
    return jwt.encode(
        claims, settings.identity.require_signing_key(), algorithm=ALGORITHM
    ), expires_at


def verify_access_token(token: str) -> AccessClaims:
    """The claims of a token that is ours and not expired. Raises NotAuthenticated."""
    try:
        claims = jwt.decode(
            token,
            settings.identity.require_signing_key(),
            algorithms=[ALGORITHM],
            issuer=ISSUER,
            audience=AUDIENCE,
            options={"require": ["exp", "iat", "sub", "role", "sid", "iss", "aud"]},
        )
        tenant = claims.get("tid")
        verified = AccessClaims(
            user_id=UUID(claims["sub"]),
            role=claims["role"],
            tenant_id=UUID(tenant) if tenant is not None else None,
            session_id=UUID(claims["sid"]),
            expires_at=datetime.fromtimestamp(claims["exp"], UTC),
        )
        if verified.role not in ROLES:
            raise ValueError("no such role")
    except jwt.ExpiredSignatureError:
        raise NotAuthenticated(
            "Your session has expired. Refresh it or log in again.", code="token_expired"
        ) from None
    except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError, OverflowError):
        raise NotAuthenticated("This access token is not valid. Log in again.") from None
    return verified


def new_secret() -> str:
    """A token of 32 random bytes, for a refresh or an invitation."""
    return secrets.token_urlsafe(32)


def secret_hash(token: str) -> str:
    """The hash that is stored of such a token. It is random, so one fast hash suffices."""
    return hashlib.sha256(token.encode()).hexdigest()
