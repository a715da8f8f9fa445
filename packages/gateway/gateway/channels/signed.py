"""Proofs that platforms send along, compared in a time that tells nothing."""

import hashlib
import hmac
from datetime import datetime

from shared.channels.events import NotGenuine

from gateway.channels.reader import Raw

FRESH_S = 300.0
"""A request signed longer ago, or ahead of our clock, is a replay."""


def same(right: str, said: str) -> bool:
    return hmac.compare_digest(right.encode(), said.encode(errors="replace"))


def sha256_of(secret: str, signed: bytes) -> str:
    """HMAC-SHA256, in hexadecimal digits."""
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def require_signed_lately(
    request: Raw, secret: str, now: datetime, *, version: str, stamp: str, proof: str
) -> None:
    """The header `proof` is `<version>=<HMAC-SHA256 of "<version>:<time>:<body>">`, and `stamp` has
    the time, in seconds since 1970. Raises NotGenuine."""
    said = request.headers.get(stamp, "")
    try:
        age_s = now.timestamp() - int(said)
    except ValueError:
        raise NotGenuine from None
    right = f"{version}=" + sha256_of(secret, f"{version}:{said}:".encode() + request.body)
    is_right = same(right, request.headers.get(proof, ""))
    if not secret or abs(age_s) > FRESH_S or not is_right:
        raise NotGenuine
