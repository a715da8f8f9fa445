"""What is asked of whoever connects an account, one form a channel.

A form is a pydantic model. Its `SecretStr` fields are credentials and say how they are kept
(`kept.py`); all others are settings and may be shown.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from shared.channels.kept import Kept
from shared.channels.scripted.form import ScriptedForm
from shared.channels.slack.form import SlackForm
from shared.channels.telegram.form import TelegramForm
from shared.channels.whatsapp.form import WhatsAppForm
from shared.channels.widget.form import WidgetForm
from shared.errors import BadRequest
from shared.models.message import ChannelType
from shared.wrong_input import sentence

FORMS: Final[dict[str, type[BaseModel]]] = {
    ChannelType.SCRIPTED: ScriptedForm,
    ChannelType.SLACK: SlackForm,
    ChannelType.TELEGRAM: TelegramForm,
    ChannelType.WHATSAPP: WhatsAppForm,
    ChannelType.WIDGET: WidgetForm,
}


NAMES: Final[dict[str, str]] = {
    ChannelType.ROCKETCHAT: "Rocket.Chat",
    ChannelType.TEAMS: "Microsoft Teams",
    ChannelType.WHATSAPP: "WhatsApp",
    ChannelType.WIDGET: "Website",
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form's answers, taken apart."""

    secrets: dict[str, str]
    settings: dict[str, Any]


def form_of(channel: str) -> type[BaseModel]:
    """Raises BadRequest."""
    form = FORMS.get(channel)
    if form is None:
        raise BadRequest(f"The channel {channel} cannot be connected yet.")
    return form


def kept(channel: str) -> dict[str, Kept]:
    """How each credential of the channel is kept, by name. Raises BadRequest."""
    ways = {}
    for name, field in form_of(channel).model_fields.items():
        if is_secret(field.annotation):
            ways[name] = next((each for each in field.metadata if isinstance(each, Kept)), SEND)
    return ways


def fill(channel: str, given: Mapping[str, Any]) -> Filled:
    """The form with these answers. Raises BadRequest, which names what is wrong and repeats
    nothing that was given."""
    form, ways = form_of(channel), kept(channel)
    asked = [name for name in form.model_fields if not _is_made(ways.get(name))]
    wrong = [f"There is no `{name}`." for name in given if name not in asked]
    try:
        filled = form.model_validate({name: _stripped(value) for name, value in given.items()})
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        wrong += [_sentence(each) for each in found]
    if wrong:
        raise BadRequest(f"{' '.join(wrong)} {channel} is connected with: {', '.join(asked)}.")
    answers = {name: getattr(filled, name) for name in asked}
    secrets = {
        name: value.get_secret_value()
        for name, value in answers.items()
        if isinstance(value, SecretStr) and value.get_secret_value()
    }
    shown = filled.model_dump(mode="json", include=set(asked) - set(ways))
    return Filled(secrets, shown)


def name_of(channel: str) -> str:
    """What people call it."""
    return NAMES.get(channel, channel.title())


def schema(channel: str) -> dict[str, Any]:
    """The form as JSON schema, without what nobody is asked for. Raises BadRequest."""
    described = form_of(channel).model_json_schema()
    for name, way in kept(channel).items():
        if way.made:
            described["properties"].pop(name, None)
    return described


SEND = Kept("send")
"""How a credential is kept whose field does not say it: the most closed way."""


def is_secret(annotation: object) -> bool:
    """Whether a field of this type is a credential."""
    return annotation is SecretStr or SecretStr in get_args(annotation)


def _is_made(way: Kept | None) -> bool:
    return way is not None and way.made


def _stripped(value: Any) -> Any:
    """Without the blanks and line ends that come along when a token is copied."""
    return value.strip() if isinstance(value, str) else value


def _sentence(problem: Mapping[str, Any]) -> str:
    """What is left empty is missing."""
    empty = problem["type"] in ("string_too_short", "too_short")
    return sentence({**problem, "type": "missing"} if empty else problem)
