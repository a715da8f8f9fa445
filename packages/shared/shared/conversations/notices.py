"""What a person reads when somebody else answers them from now on, in their language.

Each sentence says what is so, and promises nothing that nobody has to keep.
"""

from typing import Literal

NoticeKind = Literal["waiting", "waiting_helped", "taken", "given_back", "back_to_waiting"]

_TEXTS: dict[str, dict[NoticeKind, str]] = {
    "en": {
        "waiting": "A colleague was asked to answer here.",
        "waiting_helped": "A colleague was asked to answer here. "
        "{agent} goes on helping until then.",
        "taken": "{member} answers here now.",
        "given_back": "{agent} answers here again.",
        "back_to_waiting": "{member} is not here any more. Another colleague was asked to answer.",
    },
    "es": {
        "waiting": "Se ha pedido a una persona del equipo que responda aquí.",
        "waiting_helped": "Se ha pedido a una persona del equipo que responda aquí. "
        "{agent} sigue ayudando hasta entonces.",
        "taken": "{member} responde aquí a partir de ahora.",
        "given_back": "{agent} vuelve a responder aquí.",
        "back_to_waiting": "{member} ya no está aquí. Se ha pedido a otra persona del equipo que "
        "responda.",
    },
    "pt": {
        "waiting": "Pedimos a um colega que responda aqui.",
        "waiting_helped": "Pedimos a um colega que responda aqui. "
        "{agent} continua a ajudar até lá.",
        "taken": "{member} responde aqui a partir de agora.",
        "given_back": "{agent} volta a responder aqui.",
        "back_to_waiting": "{member} já não está aqui. Pedimos a outro colega que responda.",
    },
}
_SOMEBODY = {"en": "A colleague", "es": "Una persona del equipo", "pt": "Um colega"}
LANGUAGES = tuple(_TEXTS)


def spoken(language: str | None) -> str | None:
    """Of a tag as platforms give it, like `es-MX`, the language we speak, if it is one."""
    tongue = (language or "").replace("_", "-").split("-")[0].lower()
    return tongue if tongue in _TEXTS else None


def notice(
    kind: NoticeKind, language: str | None, *, agent: str = "", member: str | None = None
) -> str:
    """In a language that we do not speak, English."""
    said_in = spoken(language) or "en"
    return _TEXTS[said_in][kind].format(agent=agent, member=member or _SOMEBODY[said_in])
