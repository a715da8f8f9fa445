"""What Meta's error codes mean for a message and its account.

They come with the answer to a request, or later by webhook with the status `failed`. In both cases
the message was not taken, so trying again makes no second one.
"""

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["account_waits", "person_waits", "refused", "failing"]
"""The whole number waits, or this conversation alone; the message is not taken, now or ever; a
person must do something about the account."""

WINDOW_CLOSED: Final = 131047


@dataclass(frozen=True, slots=True)
class Meaning:
    kind: Kind
    wait_s: float = 0.0


_REFUSED = Meaning("refused")
_FAILING = Meaning("failing")

MEANINGS: Final[dict[int, Meaning]] = {
    # The app and its rights.
    0: _FAILING,  # the token says nobody
    1: Meaning("person_waits", 30.0),  # unknown
    2: Meaning("account_waits", 30.0),  # the service is away
    3: _FAILING,  # the app may not
    4: Meaning("account_waits", 300.0),  # too many calls of the app
    10: _FAILING,  # not permitted (any more)
    33: _FAILING,  # there is no such number, or not for us
    100: _REFUSED,  # a parameter is wrong
    190: _FAILING,  # the token has ended
    368: _FAILING,  # blocked for breaking a rule
    613: Meaning("account_waits", 300.0),  # too many calls
    80007: Meaning("account_waits", 300.0),  # too many calls of the business account
    2494100: Meaning("account_waits", 60.0),  # the number is being moved
    # Sending.
    130429: Meaning("account_waits", 5.0),  # more than 80 messages a second
    130472: _REFUSED,  # the person is part of an experiment of Meta's
    130497: _FAILING,  # not to people of this country
    131000: Meaning("person_waits", 30.0),  # something went wrong
    131005: _FAILING,  # not permitted (any more)
    131008: _REFUSED,  # a parameter is missing
    131009: _REFUSED,  # a parameter is wrong
    131016: Meaning("account_waits", 30.0),  # the service is away
    131021: _REFUSED,  # to oneself
    131026: _REFUSED,  # it cannot be delivered
    131030: _REFUSED,  # not on a test number's list
    131031: _FAILING,  # the account is locked
    131037: _FAILING,  # the display name is not approved
    131042: _FAILING,  # the payment method
    131044: _FAILING,  # the payment method, for calls
    131045: _FAILING,  # the number is not registered rightly
    WINDOW_CLOSED: _REFUSED,
    131048: Meaning("account_waits", 3_600.0),  # flagged as spam too often
    131049: _REFUSED,  # Meta keeps marketing from this person
    131050: _REFUSED,  # the person wants no marketing
    131051: _REFUSED,  # the kind of message
    131052: _REFUSED,  # the person's file cannot be had
    131053: _REFUSED,  # our file cannot be had
    131055: _REFUSED,  # the method
    131056: Meaning("person_waits", 6.0),  # more than one message in 6 s to one person
    131057: Meaning("account_waits", 60.0),  # the account is in maintenance
    131060: _REFUSED,  # the message cannot be had
    131062: _REFUSED,  # not to somebody known by an id alone
    131063: _REFUSED,  # not to somebody known by an id alone
    131064: Meaning("account_waits", 3_600.0),  # as many people as are allowed a day
    # Templates.
    132000: _REFUSED,  # the count of variables
    132001: _REFUSED,  # there is none of this name and language
    132005: _REFUSED,  # too long
    132007: _REFUSED,  # against a rule
    132008: _REFUSED,  # a variable's form
    132012: _REFUSED,  # a variable's form
    132015: _REFUSED,  # paused
    132016: _REFUSED,  # disabled
    132018: _REFUSED,  # a parameter of it
    132068: _REFUSED,  # a flow that is blocked
    132069: _REFUSED,  # a flow that is slowed down
    # Registering.
    133000: _FAILING,
    133004: Meaning("account_waits", 60.0),  # the server is away
    133005: _FAILING,
    133006: _FAILING,
    133008: _FAILING,
    133009: _FAILING,
    133010: _FAILING,  # the number is not registered
    133015: _FAILING,
    133016: _FAILING,
    134011: _FAILING,  # payments
    137000: _REFUSED,  # of marketing messages
    135000: _REFUSED,  # "generic": a parameter, mostly
}


def meaning_of(code: int) -> Meaning | None:
    """None for a code we do not know."""
    if 200 <= code < 300:
        return _FAILING  # a permission is not given
    return MEANINGS.get(code)
