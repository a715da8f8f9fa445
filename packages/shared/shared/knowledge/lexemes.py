"""What words a text is known by: the same for a document and for a question about it.

PostgreSQL's text search configuration of the document's language finds a word's stem. A word with
accents is known by its stem without them, and by the stem of what is typed without them.
"""

import re
import unicodedata

CONFIGURATIONS = {
    "ar": "arabic",
    "ca": "catalan",
    "da": "danish",
    "de": "german",
    "el": "greek",
    "en": "english",
    "es": "spanish",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "fr": "french",
    "ga": "irish",
    "hi": "hindi",
    "hu": "hungarian",
    "hy": "armenian",
    "id": "indonesian",
    "it": "italian",
    "lt": "lithuanian",
    "ne": "nepali",
    "nl": "dutch",
    "no": "norwegian",
    "pt": "portuguese",
    "ro": "romanian",
    "ru": "russian",
    "sr": "serbian",
    "sv": "swedish",
    "ta": "tamil",
    "tr": "turkish",
    "yi": "yiddish",
}
"""Of a language, by ISO 639-1, those that PostgreSQL 16 has; others are not stemmed."""
SIMPLE = "simple"

LONGEST_LEXEME = 100
_WITHOUT_BLANKS = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+"
)
"""Scripts whose words no blank divides, or whose endings hang on them."""
_DIVIDES = re.compile(r"[/\\|=<>~]+")
"""What PostgreSQL takes for a path's or a tag's, and leaves the words around it together."""


def configuration(language: str) -> str:
    """The name of PostgreSQL's text search configuration for a language's code."""
    return CONFIGURATIONS.get(language.partition("-")[0].lower(), SIMPLE)


def words_of(text: str) -> str:
    """The text as its words are taken from it: in one spelling, and where blanks divide no words
    in pairs of characters."""
    plain = unicodedata.normalize("NFKC", text)
    return _WITHOUT_BLANKS.sub(_pairs, _DIVIDES.sub(" ", plain))


def _pairs(found: re.Match[str]) -> str:
    run = found[0]
    pairs = [run[at : at + 2] for at in range(len(run) - 1)] or [run]
    return f" {' '.join(pairs)} "


def lexemes(config: str, words: str) -> str:
    """SQL for (lexeme, count) of `words_of` a text; both are SQL expressions."""
    return f"""
        SELECT each.lexeme, max(each.count) AS count
          FROM (SELECT {_without_accents("as_written.lexeme")} AS lexeme,
                       cardinality(as_written.positions) AS count
                  FROM unnest(to_tsvector({config}, {words})) AS as_written
                 UNION ALL
                SELECT as_typed.lexeme, cardinality(as_typed.positions)
                  FROM unnest(to_tsvector({config}, {_if_it_has_accents(words)})) AS as_typed
               ) AS each
         WHERE length(each.lexeme) <= {LONGEST_LEXEME}
         GROUP BY each.lexeme
    """  # noqa: S608 - of our own constants


def _if_it_has_accents(words: str) -> str:
    """The words without their accents; nothing for plain ASCII, which is known as it is."""
    plain = f"octet_length({words}) = length({words})"
    return f"CASE WHEN {plain} THEN '' ELSE {_without_accents(words)} END"


def _without_accents(text: str) -> str:
    return rf"regexp_replace(normalize({text}, NFD), U&'[\0300-\036F]', '', 'g')"
