"""Which language a text is in, by its commonest words. A few sentences are enough."""

import re
from typing import Final

SAMPLE: Final = 40_000
ENOUGH_WORDS: Final = 3
SHORT: Final = 30
"""Words; of so short a text one common word less is enough, if it is of one language alone."""
ENOUGH_SHARE: Final = 0.06
_WORD = re.compile(r"[^\W\d_]+")
_COMMON: Final = {
    "en": "the of and to in is you that it for was on are with as be at this have from or by not "
    "we can your our will they which if has an all their how when what",
    "es": "de la que el en y los se del las un por con no una para es al lo como más su sus este "
    "está son nos usted puede si hay también nuestro cuando todo qué muy desde",
    "pt": "de a que o e do da em um para com não uma os no se na por mais as dos como ao das à "
    "são você pode seu sua nos nossa nosso também quando está pelo pela até isso",
    "de": "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch "
    "es an werden aus er hat dass sie nach wird bei einer wir oder kann sind ihre",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce "
    "il sont avec son cette aux ou nous vous votre notre peut être",
    "it": "di e il la che in a per un è del non si una i le con da sono della al come gli nel alla "
    "più anche dei delle ci può nostro nostra vostro questo essere dal",
    "nl": "de van het een en in is dat op te zijn voor met niet aan er om ook als dan maar bij of "
    "uit nog naar door over ze wordt kan wij onze uw hebben deze heeft",
    "ca": "de la el que i en els les del un una per amb no és al es són més com aquest aquesta amb "
    "pot seva nostre també dels quan tots molt hi ha fins des perquè",
    "pl": "w i na z do nie się jest o że to po od za jak dla są przez co lub może tylko czy oraz "
    "ze przy ale tak jego być nas pod bez które który",
    "ro": "de și în la a cu pe nu o din este un pentru care să mai sunt ce dar sau se al prin fi "
    "cel după poate până fără noi dumneavoastră iar",
    "sv": "och i att det som en på är av för med till den har inte om ett från men vi så kan när "
    "ska alla eller hos vid efter vår också får",
    "da": "og i at det er en til på af for med som den de har ikke der et fra men vi kan når skal "
    "alle eller hos ved efter vores også får om",
    "cs": "a v se na je že o do s z to i pro k by ve jsou jako nebo od za po jak ale při který "
    "jeho až také které může být náš jen",
}
WESTERN: Final = frozenset({"en", "es", "pt", "de", "fr", "it", "nl", "ca", "sv", "da"})
"""Those whose letters are all in Windows' Western code page."""
_WORDS_OF: Final = {language: frozenset(words.split()) for language, words in _COMMON.items()}


def language_of(text: str) -> str:
    """ISO 639-1, or `simple` where none stands out."""
    words = [word.lower() for word in _WORD.findall(text[:SAMPLE])]
    counts = {
        language: sum(word in common for word in words) for language, common in _WORDS_OF.items()
    }
    best = max(counts, key=lambda language: counts[language])
    is_clear = sum(count == counts[best] for count in counts.values()) == 1
    enough = ENOUGH_WORDS - (len(words) <= SHORT)
    if is_clear and counts[best] >= max(enough, ENOUGH_SHARE * len(words)):
        return best
    return "simple"
