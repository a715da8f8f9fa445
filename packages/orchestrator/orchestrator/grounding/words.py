"""Sentences and words, as far as it needs them to find what says the same: no grammar, any
language that puts blanks between its words, and those that put none by single characters."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

_ENDS = regex.compile(r"(?:[.!?…]+[\"'”»)\]]*\s+(?=[\p{Lu}\p{N}\"“«¿¡(*\[-])|[。！？]+|\s*\n\s*)")
_WORD = regex.compile(r"[\u2e80-\u9fff\uac00-\ud7af]|[\p{L}\p{N}]+")
_SAY_LITTLE = """
    a about am an and any are as at be been but by can could did do does for from get had has have
    he her here him his how i if in is it its just me my no not of on or our she should so some
    something long much many
    that the their them then there these they this those to us was we were what when where which
    who whom whose why will with would you your please tell
    al algo alguna algun algo ante como con cual cuales cuando cuanto cuanta cuantos de del desde
    donde el ella ellas ellos en entre era eres es esta estan este esto estos fue ha hay la las le
    les lo los mas me mi mis muy nos o para pero por porque puede pueden puedo que quien quienes se
    ser si sin sobre son su sus tambien te tengo tiene tienen tu tus un una unos y ya yo
    ao aos as com da das do dos e ela elas ele eles em essa esse estao eu foi ha isso isto ja mais
    mas meu minha muito na nas nao no nos onde os ou pela pelo pode podem posso qual quais quando
    quanto quem sao sem seu sua tambem tem tenho um uma voce voces
"""
_FUNCTION_WORDS = frozenset(_SAY_LITTLE.split())


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of a text, with its place in it."""

    text: str
    start: int
    end: int


def sentences(text: str) -> list[Sentence]:
    """In their order, without the blanks around them."""
    return list(_sentences(text))


def _sentences(text: str) -> Iterator[Sentence]:
    at = 0
    for end in (*(match.end() for match in _ENDS.finditer(text)), len(text)):
        said = text[at:end]
        start, stop = at + len(said) - len(said.lstrip()), at + len(said.rstrip())
        if start < stop:
            yield Sentence(text[start:stop], start, stop)
        at = end


def words(text: str) -> frozenset[str]:
    """What it is about: its words without accents, endings and those that every sentence has."""
    return frozenset(stem(word) for word in all_words(text) if word not in _FUNCTION_WORDS)


def all_words(text: str) -> list[str]:
    """Each, in lower case and without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    found: list[str] = _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))
    return found


def stem(word: str) -> str:
    """Without what a plural or a verb's form adds, roughly and alike for three languages."""
    if len(word) <= 3 or not word.isalpha():
        return word
    for ending in ("ciones", "coes", "ings", "ing", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if ending in ("ing", "ings", "ed") and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]  # shipped, shipping
            break
    return word.rstrip("eoay") if len(word.rstrip("eoay")) >= 3 else word
