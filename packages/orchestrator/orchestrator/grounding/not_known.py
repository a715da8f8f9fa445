"""What an employee says that must have a source and has none, in its person's language."""

from collections.abc import Sequence

from orchestrator.grounding.words import all_words

_SAID = {
    "en": "I do not know this: there is nothing about it in what I was given. I have passed your "
    "question on to my colleagues, so that a person can look at it.",
    "es": "No lo sé: no hay nada sobre esto en lo que me han dado. He pasado su pregunta a mis "
    "compañeros, para que una persona la mire.",
    "pt": "Não sei: não há nada sobre isto no que me foi dado. Passei a sua pergunta aos meus "
    "colegas, para que uma pessoa a veja.",
}
_OF_ITS_OWN = {
    "en": "the is are do does you your what when where how which can i my have of and to hello hi "
    "thanks please much many open",
    "es": "el los las es esta son usted su que cuando donde como cual puedo mi tienen y para hola "
    "gracias por cuanto cuesta hay abren abierto horario una del si lo",
    "pt": "o os as e esta sao voce seu sua que quando onde como qual posso meu minha tem para ola "
    "obrigado obrigada por quanto custa ha abre aberto horario uma do da nao voces com em no na",
}
_LANGUAGES = {language: frozenset(said.split()) for language, said in _OF_ITS_OWN.items()}
_GREETINGS = """
    hello hi hey good morning afternoon evening day night thanks thank you very much so a lot bye
    goodbye see later ok okay great perfect cool yes no please nice to meet how are fine there
    hola buenos buenas dias tardes noches dia gracias muchas adios hasta luego vale si perfecto
    genial que tal como esta estas por favor de nada encantado
    ola oi bom boa tarde noite obrigado obrigada muito tchau ate logo sim nao tudo bem
"""
_SMALL_TALK = frozenset(_GREETINGS.split())


def not_known(question: str, language: str | None) -> str:
    """`language` is the conversation's, where its platform says it."""
    return _SAID[language_of(question) or _tongue(language) or "en"]


def language_of(text: str) -> str | None:
    """Of those we speak, the one whose words it has most of; None where that is not clear."""
    said = set(all_words(text))
    scores = {language: len(said & own) for language, own in _LANGUAGES.items()}
    first, second, *_ = sorted(scores, key=lambda language: -scores[language])
    if scores[first] > scores[second]:
        return first
    return "es" if "¿" in text or "ñ" in text.lower() else None


def _tongue(language: str | None) -> str | None:
    tag = (language or "").replace("_", "-").split("-")[0].lower()
    return tag if tag in _SAID else None


def is_small_talk(text: str) -> bool:
    """A greeting or thanks, which no document has to support."""
    said: Sequence[str] = all_words(text)
    return len(said) <= 8 and all(word in _SMALL_TALK for word in said)
