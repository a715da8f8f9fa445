"""How people are named on WhatsApp: by an id that the business alone knows them by, or a number.

`US.13491208655302741918` is a business-scoped user id; `16505551234` a phone number. Whoever has a
user name may be known by the first alone.
"""

import hashlib
import hmac
import re

_BUSINESS_SCOPED = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")


def recipient(person: str) -> dict[str, str]:
    """Where a message to this person goes, as Meta's API has it. An id in `to` reaches nobody."""
    return {"recipient": person} if _BUSINESS_SCOPED.fullmatch(person) else {"to": person}


def own_verify_token(app_secret: str) -> str:
    """What we have Meta say when a worker sets the webhook: gateways know it by the app's secret,
    too."""
    return hmac.new(app_secret.encode(), b"konstruct webhook", hashlib.sha256).hexdigest()
