"""What a business's people are told about a code of Meta's: what is wrong, and what they can do."""

from typing import Final

_DEFAULT: Final = "WhatsApp refuses this (code {code}). Meta's page on error codes says more."
_NOT_TAKEN: Final = (
    "Meta does not take the access token any more. Make a new one for the system user in Meta's "
    "Business settings, and connect the number anew with it."
)
_PERMISSION: Final = (
    "The access token lacks a permission. The system user needs whatsapp_business_messaging and "
    "whatsapp_business_management, and the WhatsApp account among its assets."
)
_REGISTER: Final = (
    "Meta does not have the number registered for the Cloud API. Register it in WhatsApp Manager, "
    "then check the connection again."
)
SENTENCES: Final[dict[str, str]] = {
    "0": _NOT_TAKEN,
    "190": _NOT_TAKEN,
    "3": _PERMISSION,
    "10": _PERMISSION,
    "131005": _PERMISSION,
    "33": (
        "Meta knows no such phone number ID or account ID, or the access token may not use it. "
        "Compare both with the app's page WhatsApp, API setup."
    ),
    "368": "Meta has blocked the business for breaking a rule. Meta's Business Support says which.",
    "131031": "Meta has locked the WhatsApp account. WhatsApp Manager says why and what to do.",
    "130497": "Meta does not let this business write to people of that country.",
    "131037": "The number's display name is not approved yet. See WhatsApp Manager.",
    "131042": "Meta has no working payment method. Add one in WhatsApp Manager, Billing.",
    "131045": _REGISTER,
    "133010": _REGISTER,
    "131047": (
        "More than 24 hours have passed since the person last wrote. WhatsApp then takes approved "
        "templates alone."
    ),
    "131026": (
        "WhatsApp could not deliver this: the number has no WhatsApp, an old version, or has not "
        "agreed to Meta's terms."
    ),
    "131030": "The number is a test number, and this person is not on its list of recipients.",
    "131048": (
        "WhatsApp slows the number down, since too many people have blocked or reported it. It is "
        "tried again each hour."
    ),
    "131049": "WhatsApp keeps further marketing messages from this person for now.",
    "131050": "This person has asked for no more marketing messages.",
    "131062": "This kind of message reaches nobody who is known without a phone number.",
    "131064": (
        "The number has written first to as many people as Meta allows it in a day. It is tried "
        "again each hour."
    ),
    "132001": (
        "There is no approved template of this name and language. Compare it with WhatsApp "
        "Manager, Message templates."
    ),
    "132015": "WhatsApp has paused the template, since people did not like it.",
    "132016": "WhatsApp has switched the template off for good, since people did not like it.",
    "another_number": "The access token belongs to another phone number ID.",
    "not_subscribed": (
        "The app is not subscribed to the WhatsApp account's events, so nothing is heard. Check "
        "the connection again, or subscribe it in the app's WhatsApp settings."
    ),
}


def sentence_of(code: str) -> str:
    if code.isdigit() and 200 <= int(code) < 300:
        return _PERMISSION
    return SENTENCES.get(code) or _DEFAULT.format(code=code)
