"""Gives what people type one spelling, wherever it is stored or compared.

The same address, name or password arrives in several spellings: a browser writes an address's
domain in ASCII, a Mac decomposes accents, a Japanese keyboard makes wide letters and spaces. Rules
for what is refused are in `plain_text.py` and `identity/passwords.py`.
"""

import re
import unicodedata

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

SPECIAL_USE_DOMAIN_NAMES.clear()
"""We send no mail, so an internal domain is fine (`.local`, `.test`, `home.arpa`)."""

_BLANKS = re.compile(r"[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_IGNORED = re.compile("[\u200c\u200d\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Joiners and variation selectors: they only shape what is shown; nobody types them on purpose."""


def address(text: str) -> str:
    """An e-mail address in its stored form: its domain in Unicode (IDNA), in lower case, NFC.

    Raises ValueError, with a sentence, if it is no address.
    """
    try:
        # Deliverability is not checked: that needs a network, and changes.
        found = validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return found.normalized.lower()


def address_to_look_up(text: str) -> str:
    """As `address`, to compare only: text that is no address is returned too, and matches
    nobody's."""
    try:
        return address(text)
    except ValueError:
        return unicodedata.normalize("NFC", text.strip()).lower()


def name(text: str) -> str:
    """A name in its stored form: NFC, blanks of every width as single spaces, none around it."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", text)).strip()


def name_key(text: str) -> str:
    """The key to compare two names by: it ignores case, width and invisible characters."""
    plain = unicodedata.normalize("NFKC", _IGNORED.sub("", text)).casefold()
    return name(unicodedata.normalize("NFKC", plain))


def password(text: str) -> str:
    """A password in the form that is hashed, RFC 8265's OpaqueString: blanks are spaces, then
    NFC."""
    return unicodedata.normalize("NFC", _BLANKS.sub(lambda found: " " * len(found[0]), text))


def earlier_passwords(text: str) -> list[str]:
    """The forms in which this password may have been hashed before it had one spelling."""
    spellings = (text, unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text))
    return [each for each in dict.fromkeys(spellings) if each != password(text)]
