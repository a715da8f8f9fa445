"""Who a visitor is, as the business's own site has signed it: a JWT, checked before anything is
stored.

The key decides the algorithm, never the token: HS256 with the door's secret, or the one that the
registered public key is for. `aud` is the door, `sub` the visitor, `jti` the token itself, which
ends with the log-out of whom it let in. It holds for an hour at most.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from shared.channels.widget.door import Door
from shared.channels.widget.keys import public_key
from shared.errors import NotAuthenticated

LONGEST = timedelta(hours=1)
LEEWAY = timedelta(seconds=60)
"""Between a site's clock and ours."""
MAX_CHARS = 4_096
MAX_ID_CHARS = 200
MAX_NAME_CHARS = 100
UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Identity:
    """`until` is when the site must have signed anew."""

    subject: str
    token_id: str
    until: datetime
    name: str | None = None


def identity(signed: str, door: Door) -> Identity:
    """Raises NotAuthenticated with the code `identity_refused`, or `identity_expired`."""
    try:
        claims = _claims(signed, door)
    except jwt.ExpiredSignatureError:
        raise NotAuthenticated(
            "This proof of who you are has expired. The site signs another one.",
            code="identity_expired",
        ) from None
    except (jwt.InvalidTokenError, ValueError):
        raise _refused("its signature, its door or one of its claims is not right") from None
    until = datetime.fromtimestamp(claims["exp"], UTC)
    if until > datetime.now(UTC) + LONGEST + LEEWAY:
        raise _refused("it holds for longer than an hour")
    subject, token_id, name = claims["sub"], claims["jti"], claims.get("name")
    for what, text in (("sub", subject), ("jti", token_id)):
        if not _is_line(text):
            raise _refused(f"its `{what}` is not a line of 1 to {MAX_ID_CHARS} characters")
    shown = UNWRITABLE.sub("", name).strip()[:MAX_NAME_CHARS] if isinstance(name, str) else ""
    return Identity(subject, token_id, until + LEEWAY, shown or None)


def _claims(signed: str, door: Door) -> dict[str, Any]:
    if len(signed) > MAX_CHARS:
        raise ValueError("too long")
    algorithm = jwt.get_unverified_header(signed).get("alg")
    key: Any
    if door.identity_key and algorithm != "HS256":
        key, expected = public_key(door.identity_key)
    else:
        key, expected = door.credentials.get("identity_secret", ""), "HS256"
        if not key:
            raise ValueError("the door has no secret")
    claims: dict[str, Any] = jwt.decode(
        signed,
        key,
        algorithms=[expected],
        audience=str(door.id),
        leeway=LEEWAY,
        options={"require": ["exp", "aud", "sub", "jti"]},
    )
    return claims


def _is_line(text: object) -> bool:
    return (
        isinstance(text, str) and 0 < len(text) <= MAX_ID_CHARS and UNWRITABLE.search(text) is None
    )


def _refused(why: str) -> NotAuthenticated:
    return NotAuthenticated(
        f"This proof of who you are is not taken: {why}.", code="identity_refused"
    )
