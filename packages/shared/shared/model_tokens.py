"""Guesses how many tokens a text has for a language model: cautiously, by its script.

Counting exactly would need each model's tokenizer. If the guess is too low, a provider refuses the
whole conversation; if it is too high, a little less history is sent. Few tokenizers have words for
scripts other than Latin, for code, or for random text.
"""

import re

LETTERS_A_TOKEN = 3.5
"""For Latin letters and blanks, in words of European languages."""

_SIGN_WEIGHT = 0.7
_SIGNS = bytes(range(0x21, 0x41)) + b"[\\]^_`{|}~"
_WEIGHTS = (
    (re.compile("[\U00010000-\U0001ffff\u2600-\u27bf]+"), 2.0),  # emoji and other rare characters
    (re.compile("[\u2e80-\uffff\U00020000-\U0010ffff\u1100-\u11ff]+"), 1.0),  # wide characters
    (re.compile("[\u0530-\u10ff\u1200-\u25ff\u27c0-\u2e7f]+"), 1.0),  # Arabic, Thai, Hindi …
    (re.compile("[\u0080-\u052f]+"), 0.5),  # letters with accents, Greek, Cyrillic
    (re.compile("[!-@\\[-`{-~]+"), _SIGN_WEIGHT),  # digits and signs, frequent in code
)
_NO_WORDS = re.compile(r"[A-Za-z0-9+/=_-]{32,}")
_NO_WORDS_A_TOKEN = 1.5
_MOST_A_BYTE = 0.7
"""Upper bound of tokens per UTF-8 byte of any character."""


def tokens_at_most(text: str) -> int:
    """An upper bound of `tokens_of`, found much quicker."""
    return int(len(text.encode(errors="surrogatepass")) * _MOST_A_BYTE) + 1


def tokens_of(text: str) -> int:
    """About how many tokens the text has, rather too many than too few."""
    # Fast path: sixty turns are counted for each answer, and most are short words of Latin letters.
    words = _NO_WORDS.sub("", text) if max(map(len, text.split()), default=0) >= 32 else text
    tokens = (len(text) - len(words)) / _NO_WORDS_A_TOKEN
    letters = len(words)
    if words.isascii():
        found = letters - len(words.encode().translate(None, _SIGNS))
        return int(tokens + found * _SIGN_WEIGHT + (letters - found) / LETTERS_A_TOKEN) + 1
    for characters, weight in _WEIGHTS:
        found = sum(map(len, characters.findall(words)))
        letters -= found
        tokens += found * weight
    return int(tokens + letters / LETTERS_A_TOKEN) + 1
