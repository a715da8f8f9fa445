"""What is asked of whoever connects a Slack workspace."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from shared.channels.kept import Kept

_NONE = SecretStr("")


class SlackForm(BaseModel):
    """An app of the business's own has a bot token and a signing secret. The operator's app is
    added on Slack's page, which gives a code for the token, good once. With an app token events
    come over Socket Mode instead of HTTP. Tokens that rotate have a refresh token."""

    code: Annotated[SecretStr, Kept("send"), Field(title="Code of Slack's page")] = _NONE
    redirect_url: Annotated[str, Field(title="Where that page led back to")] = ""
    bot_token: Annotated[
        SecretStr,
        Kept("send"),
        Field(title="Bot User OAuth Token (xoxb-…)", validate_default=True),
    ] = _NONE
    signing_secret: Annotated[SecretStr, Kept("verify"), Field(title="Signing Secret")] = _NONE
    app_token: Annotated[
        SecretStr, Kept("send"), Field(title="App-Level Token (xapp-…), for Socket Mode")
    ] = _NONE
    refresh_token: Annotated[SecretStr, Kept("send"), Field(title="Refresh Token (xoxe-…)")] = _NONE
    client_id: Annotated[SecretStr, Kept("send"), Field(title="Client ID")] = _NONE
    client_secret: Annotated[SecretStr, Kept("send"), Field(title="Client Secret")] = _NONE
    expires_at: Annotated[SecretStr, Kept("send", made=True)] = _NONE
    """When the bot token ends, in seconds since 1970."""

    @field_validator("bot_token")
    @classmethod
    def _there_is_one_or_a_code(cls, token: SecretStr, given: ValidationInfo) -> SecretStr:
        code = given.data.get("code", _NONE)
        if not token.get_secret_value() and not code.get_secret_value():
            raise PydanticCustomError("missing", "a token or a code is needed")
        return token
