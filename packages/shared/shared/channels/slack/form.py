"""What is asked of whoever connects a Slack workspace."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from shared.channels.kept import Kept

_NONE = SecretStr("")


class SlackForm(BaseModel):
    """An app of the business's own has a signing secret; one that came in by the operator's app
    has none. With an app token events come over Socket Mode instead of HTTP. The last four are of
    an app whose tokens rotate."""

    bot_token: Annotated[
        SecretStr, Kept("send"), Field(title="Bot User OAuth Token (xoxb-…)", min_length=1)
    ]
    signing_secret: Annotated[SecretStr, Kept("verify"), Field(title="Signing Secret")] = _NONE
    app_token: Annotated[
        SecretStr, Kept("send"), Field(title="App-Level Token (xapp-…), for Socket Mode")
    ] = _NONE
    refresh_token: Annotated[SecretStr, Kept("send"), Field(title="Refresh Token (xoxe-…)")] = _NONE
    client_id: Annotated[SecretStr, Kept("send"), Field(title="Client ID")] = _NONE
    client_secret: Annotated[SecretStr, Kept("send"), Field(title="Client Secret")] = _NONE
    expires_at: Annotated[SecretStr, Kept("send", made=True)] = _NONE
    """When the bot token ends, in seconds since 1970."""
