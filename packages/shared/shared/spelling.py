"""One spelling of what people type, wherever it is stored or compared.

The same address, name or password reaches us in several spellings: a browser writes the domain of
an address in ASCII, a Mac takes accents apart, a Japanese keyboard makes wide letters and spaces.
What is refused is not said here, but in `plain_text.py` and `identity/passwords.py`.
"""

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

SPECIAL_USE_DOMAIN_NAMES.clear()
"""No mail is sent, so an address may be of an inner domain (`.local`, `.test`, `home.arpa`)."""

_BLANKS = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_IGNORED = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Joiners and variation selectors: they shape what is shown, and nobody types them on purpose."""


def address(text: str) -> str:
    """An e-mail address as it is stored: its domain in Unicode (IDNA), in lower case, NFC.

    Raises ValueError, with a sentence, for what is none.
    """
    try:
        # Whether its domain takes mail is not asked: that needs a network, and changes.
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return found.normalized.lower()


def address_to_look_up(text: str) -> str:
    """The same for an address that is only compared: what is none fits nobody's."""
    try:
        return address(text)
    except ValueError:
        return unicodedata.normalize("NFC", text.strip()).lower()


def name(text: str) -> str:
    """A name as it is stored: NFC, blanks of every width as single spaces, none around it."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def name_key(text: str) -> str:
    """What two names are compared by: whatever their case, width and invisible characters."""
    plain = unicodedata.normalize("NFKC", _IGNORED.sub("", text)).casefold()
    return name(unicodedata.normalize("NFKC", plain))


def password(text: str) -> str:
    """A password as it is hashed, by RFC 8265's OpaqueString: every blank is a space, then NFC."""
    return unicodedata.normalize("NFC", _BLANKS.sub(lambda found: " " * len(found[0]), text))


def earlier_passwords(text: str) -> list[str]:
    """How this password may have been hashed before it had one spelling."""
    spellings = (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
    return [each for each in dict.fromkeys(spellings) if each != password(text)]
