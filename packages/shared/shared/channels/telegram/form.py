"""What is asked of whoever connects a Telegram bot."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr
from pydantic_core import PydanticCustomError

from shared.channels.kept import Kept

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{3,100}")


def _is_token(given: SecretStr) -> SecretStr:
    """The token is part of an address: nothing else may stand there."""
    if not _TOKEN.fullmatch(given.get_secret_value()):
        raise PydanticCustomError(
            "bot_token", "a bot's token is like 123456789:AAE…, as @BotFather shows it"
        )
    return given


class TelegramForm(BaseModel):
    """`receive` says whether Telegram posts to us or we ask: by default we ask only where
    KONSTRUCT_PUBLIC_URL is no https address. `on_unknown` says what is done where nobody knows
    whether a message arrived."""

    bot_token: Annotated[
        SecretStr, Kept("send"), AfterValidator(_is_token), Field(title="Bot token from @BotFather")
    ]
    webhook_secret: Annotated[SecretStr, Kept("compare", made=True)] = SecretStr("")
    """What Telegram says with each update. It is made of the token, so that we need not keep it."""
    receive: Annotated[
        Literal["auto", "webhook", "polling"], Field(title="How messages come in")
    ] = "auto"
    on_unknown: Annotated[
        Literal["repeat", "leave"], Field(title="Where nobody knows whether it arrived")
    ] = "repeat"
