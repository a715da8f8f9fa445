"""What people may write into names and descriptions, said in sentences when it is not so.

Everything accepted here can be stored and shown: no NUL or other control character, nothing that
is no Unicode text (a lone surrogate, as a badly encoded command line gives).

A model's name is never an address: where requests go is decided by the installation's settings.
"""

import re
import unicodedata

from shared.errors import BadRequest

_MODEL_NAME = re.compile(r"[A-Za-z0-9][\w.@+:/-]{0,199}", re.ASCII)


def one_line(what: str, text: str, *, max_chars: int, may_be_empty: bool = False) -> str:
    """The text without spaces around it. `what` begins the sentence: "The agent's name"."""
    text = text.strip()
    if not text and not may_be_empty:
        raise BadRequest(f"{what} is empty. Give at least one character.")
    _check_length(what, text, max_chars)
    if _unwritable(text):
        raise BadRequest(f"{what} must be one line of plain text, without control characters.")
    return text


def prose(what: str, text: str, *, max_chars: int) -> str:
    """Text of any number of lines, without spaces around it."""
    text = text.replace("\r\n", "\n").strip()
    _check_length(what, text, max_chars)
    if _unwritable(text.replace("\n", " ").replace("\t", " ")):
        raise BadRequest(
            f"{what} must be plain text; lines and tabs are its only control characters."
        )
    return text


def is_model_name(text: str) -> bool:
    """Whether it can be a model's name, like `openai:gpt-5-mini` or `meta-llama/Llama-3.1-8B`."""
    return _MODEL_NAME.fullmatch(text) is not None and "//" not in text


def model_name(text: str) -> str:
    """The text without spaces around it."""
    text = text.strip()
    if not is_model_name(text):
        raise BadRequest(
            "This is no model's name like 'openai:gpt-5-mini': at most 200 letters, digits and "
            "._@+:/- that begin with a letter or digit, and never an address."
        )
    return text


def _check_length(what: str, text: str, max_chars: int) -> None:
    if len(text) > max_chars:
        raise BadRequest(f"{what} has {len(text)} characters; at most {max_chars} are possible.")


def _unwritable(text: str) -> bool:
    """Whether it holds a control character (Cc), a line or paragraph break (Zl, Zp), a lone
    surrogate (Cs)."""
    return any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in text)
