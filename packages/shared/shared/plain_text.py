"""Checks what people write into names and descriptions; refuses it with a sentence.

Accepted text can be stored and shown: it has no NUL or other control character, and no lone
surrogate (as a badly encoded command line gives). A name looks like what it is: it has no invisible
character and none that changes the direction of the text around it.

A model's name is never an address: only the installation's settings say where requests go.
"""

import re
import unicodedata

from shared import spelling
from shared.errors import BadRequest

_BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Invisible characters that Unicode counts as letters, marks or symbols, like Hangul fillers."""
_JOINERS = frozenset("\u200c\u200d")
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]+\U000e007f")
"""A region's flag, like Scotland's. It is spelled with characters that are invisible elsewhere."""
_MODEL_NAME = re.compile(r"[A-Za-z0-9][\w.@+:/-]{0,199}", re.ASCII)


def one_line(what: str, text: str, *, max_chars: int, may_be_empty: bool = False) -> str:
    """The text in its stored form. `what` begins the error's sentence: "The agent's name"."""
    text = spelling.name(text)
    if not text and not may_be_empty:
        raise BadRequest(f"{what} is empty. Give at least one character.")
    _check_length(what, text, max_chars)
    if _unwritable(text):
        raise BadRequest(f"{what} must be one line of plain text, without control characters.")
    hidden = _hidden(_FLAG.sub("\U0001f3f4", text))
    if hidden is not None:
        raise BadRequest(
            f"{what} holds a character that cannot be seen (U+{ord(hidden):04X}). Leave it out.",
            code="name_unseen",
        )
    if text and not any(_is_seen(character) for character in text):
        raise BadRequest(f"{what} shows nothing. Give at least one letter.", code="name_unseen")
    return text


def prose(what: str, text: str, *, max_chars: int) -> str:
    """A text of any number of lines, without blanks around it."""
    text = text.replace("\r\n", "\n").strip()
    _check_length(what, text, max_chars)
    if _unwritable(text.replace("\n", " ").replace("\t", " ")):
        raise BadRequest(
            f"{what} must be plain text; lines and tabs are its only control characters."
        )
    return text


def plain_line(text: str) -> str:
    """The text as one line of visible characters, for a log, which cannot refuse anything."""
    shown = (" " if _unwritable(c) or unicodedata.category(c) == "Cf" else c for c in text)
    return " ".join("".join(shown).split())


def is_model_name(text: str) -> bool:
    """Whether it can be a model's name, like `openai:gpt-5-mini` or `meta-llama/Llama-3.1-8B`."""
    return _MODEL_NAME.fullmatch(text) is not None and "//" not in text


def model_name(text: str) -> str:
    """The text without blanks around it."""
    text = text.strip()
    if not is_model_name(text):
        raise BadRequest(
            "This is no model's name like 'openai:gpt-5-mini': at most 200 letters, digits and "
            "._@+:/- that begin with a letter or digit, and never an address."
        )
    return text


def _check_length(what: str, text: str, max_chars: int) -> None:
    if len(text) > max_chars:
        raise BadRequest(
            f"{what} may have at most {max_chars} characters, and you gave {len(text)}."
        )


def _unwritable(text: str) -> bool:
    """Whether it has a control character (Cc), a line or paragraph separator (Zl, Zp), or a lone
    surrogate (Cs)."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)


def _hidden(text: str) -> str | None:
    """The first character that is invisible or changes the text's direction; None if there is
    none."""
    for at, character in enumerate(text):
        if character in _JOINERS and _joins(text[:at], text[at + 1 :]):
            continue
        if character in _BLANK_LETTERS or unicodedata.category(character) == "Cf":
            return character
    return None


def _joins(before: str, after: str) -> bool:
    """Whether the joiner is between letters or emoji, where it changes their shape."""
    return bool(before and after) and _is_drawn(before[-1]) and _is_drawn(after[0])


def _is_drawn(character: str) -> bool:
    # Emoji newer than our Unicode tables have category Cn.
    return unicodedata.category(character)[0] in "LMS" or unicodedata.category(character) == "Cn"


def _is_seen(character: str) -> bool:
    return unicodedata.category(character)[0] not in "ZM" and character not in _JOINERS
