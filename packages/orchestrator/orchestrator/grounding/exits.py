"""What may leave in an answer of a run that has read what others wrote.

A model may do what a document tells it. So nothing in such an answer loads by itself or leads
anywhere but to hosts that are allowed: no image, no HTML, no link by reference, no address that a
page or a chat program would make a link of. Everything else stays as the model wrote it, and what
may be no link is shown as text. Numbers of sources that do not exist are left out.

Every such construct is held together by characters without a blank between them: `](`, `]:`, `![`,
`<x`, `://`, `evil.example`. So a text is looked at word by word, and what is shown while the answer
comes is what is stored, to the letter.
"""

from collections.abc import Iterator
from html import unescape

import regex

from orchestrator.grounding.addresses import Addresses

LONGEST_WORD = 1_024
"""Characters held back at most; a longer word is cut in two."""
_ROUNDS = 8

_UNSEEN = regex.compile(r"[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0"
                        r"\U000e0000-\U000e0fff--[\n\t\u200c\u200d]]", regex.V1)  # fmt: skip
_LINE_ENDS = str.maketrans({"\u2028": "\n", "\u2029": "\n", "\x85": "\n", "\x0b": "\n", "\f": "\n"})
# Of scripts without blanks each character is a word of its own: no construct is made of them.
# But for three full stops, which are as good as a dot in an address.
_WIDE = (
    r"\u2e80-\u3001\u3003\u3004\u3008-\u9fff\ua000-\ua4cf\uac00-\ud7af\uf900-\ufaff"
    r"\uff01-\uff0d\uff0f-\uff60\uff62-\uffef"
)
_TOKEN = regex.compile(rf"\s*(?:[{_WIDE}]|[^\s{_WIDE}]+)")
_LAST_TOKEN = regex.compile(rf"\s*[^\s{_WIDE}]*\Z")
_NUMBERS = regex.compile(
    r"( *)[\[【［]\s*\^?\s*(?:source|fuente|fonte)?\s*:?\s*"
    r"(\d{1,12}(?:\s*[,;\-–]\s*\d{1,12})*)\s*(?:†[^\]】］\n]{0,40})?\s*[\]】］]",
    regex.IGNORECASE,
)
_CLOSES = ("", " ", "\n", ".", ",", ";", "?", ")")
_MAY_BE_NUMBERS = regex.compile(r" *[\[【［][^\]】］\n]{0,60}\Z")
_ENTITY = regex.compile(r"&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_ESCAPED = regex.compile(r"\\(?=[\[\]():/.@&!<>#?=])")
_LINK = regex.compile(r"\]\((https?://[^\s()<>\\]+)\)", regex.IGNORECASE)
_GOES_ON = regex.compile(r"\.?[\w:/@(\[\\&]")
_TAG = regex.compile(r"<(?=[A-Za-z/!?@#:])")
_MARKS = regex.compile(r"[*_~`\\|\u200c\u200d]")


class Exits:
    """Feed it the pieces of an answer; what it gives may be shown."""

    def __init__(self, sources: int, addresses: Addresses) -> None:
        """`sources` is how many passages were numbered, from 1 on."""
        self._sources = sources
        self._addresses = addresses
        self._held = ""
        self._ends_in_link = False

    def feed(self, piece: str) -> str:
        """What of the answer so far may be shown now, beyond what was given before."""
        text = self._held + _seen(piece)
        keep = _undecided(text)
        if len(text) - keep > LONGEST_WORD:
            text = f"{text} "
            keep = len(text)
        self._held = text[keep:]
        return self._checked(text[:keep])

    def end(self) -> str:
        """The rest: nothing more comes."""
        text, self._held = self._held, ""
        return self._checked(text)

    def _checked(self, text: str) -> str:
        text = _NUMBERS.sub(self._known, text)
        return "".join(self._words(text))

    def _words(self, text: str) -> Iterator[str]:
        end = 0
        for token in _TOKEN.finditer(text):
            end = token.end()
            word = token.group().lstrip()
            blank = token.group()[: len(token.group()) - len(word)]
            if self._ends_in_link and not blank:
                blank = " "
            made = self._word(word)
            self._ends_in_link = "://" in made
            yield blank + made if made else blank.strip(" ")
        self._ends_in_link = self._ends_in_link and end == len(text)
        yield text[end:]

    def _known(self, numbers: regex.Match[str]) -> str:
        """`[2]` or `[1, 3-5]` without the numbers there are not, each in brackets of its own."""
        found: list[int] = []
        for part in regex.split(r"\s*[,;]\s*", numbers[2]):
            first, _, last = regex.sub(r"\s*[\-–]\s*", "-", part).partition("-")
            until = min(int(last or first), self._sources)
            found += range(max(int(first), 1), until + 1)
        if found:
            return str(numbers[1]) + "".join(f"[{n}]" for n in dict.fromkeys(found))
        # What stood before it must not become one with what follows.
        return "" if numbers.string[numbers.end() :][:1] in _CLOSES else " "

    def _word(self, word: str) -> str:
        if word.isalnum():
            return word
        for _ in range(_ROUNDS):
            if (made := self._once(word)) == word:
                return word
            word = made
        return str(regex.sub(r"[^\p{L}\p{N}\s]", " ", word))  # what is written so is no answer

    def _once(self, word: str) -> str:
        word = _ENTITY.sub(lambda entity: _decoded(entity[0]), word)
        word = _ESCAPED.sub("", word)
        word = _NUMBERS.sub(self._known, word)
        word = word.replace("![", "! [").replace("]:", "] :")
        word = _TAG.sub("< ", word)
        word = self._links(word)
        word = self._addresses.shown(word)
        bare = _MARKS.sub("", word)
        if bare != word and self._addresses.shown(bare) != bare:
            return self._addresses.shown(bare)  # an address that marks were to hide
        return word

    def _links(self, word: str) -> str:
        """`[label](address)` where the address is allowed and the link ends there; else apart."""
        made, at = "", 0
        while (found := word.find("](", at)) >= 0:
            link = _LINK.match(word, found)
            if link and self._addresses.allow(link[1]):
                made, at = made + word[at : link.end()], link.end()
                if _GOES_ON.match(word, at):
                    made += " "
            else:
                made, at = made + word[at : found + 1] + " ", found + 1
        return made + word[at:]


def _seen(piece: str) -> str:
    """Without what nobody sees."""
    if piece.isascii() and piece.isprintable():
        return piece
    return str(_UNSEEN.sub("", piece.translate(_LINE_ENDS)))


def _undecided(text: str) -> int:
    """From where on what follows may still change what it is: the last word, and the numbers it may
    be one of."""
    word = _LAST_TOKEN.search(text, max(0, len(text) - 2 * LONGEST_WORD))
    at = word.start() if word else len(text)
    for end in (len(text), at):
        if numbers := _MAY_BE_NUMBERS.search(text, max(0, end - 64), end):
            at = min(at, numbers.start())
    return at


def _decoded(entity: str) -> str:
    """As it is read. What is no entity is kept from being taken for one."""
    read = unescape(entity)
    return _seen(read) if read != entity else entity.replace("&", "& ")
