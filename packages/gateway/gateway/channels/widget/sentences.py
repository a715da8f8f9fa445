"""What a door's page says where its script does not."""

from typing import Final, NamedTuple


class Sentences(NamedTuple):
    needs_script: str
    phone: str
    email: str
    closed: str


SENTENCES: Final[dict[str, Sentences]] = {
    "en": Sentences(
        "This chat with {agent} needs JavaScript. You reach us in another way, too.",
        "Telephone",
        "E-mail",
        "This chat is not available.",
    ),
    "es": Sentences(
        "Este chat con {agent} necesita JavaScript. También puede contactarnos de otra forma.",
        "Teléfono",
        "Correo electrónico",
        "Este chat no está disponible.",
    ),
    "pt": Sentences(
        "Este chat com {agent} precisa de JavaScript. Também pode contactar-nos de outra forma.",
        "Telefone",
        "E-mail",
        "Este chat não está disponível.",
    ),
}
