"""What is asked of whoever connects an account of the scripted platform."""

from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr

from shared.channels.kept import Kept


class ScriptedForm(BaseModel):
    """`keys` says how the account was made, `on_unknown` what is done where nobody knows."""

    api_token: Annotated[SecretStr, Kept("send"), Field(title="API token", min_length=1)]
    signing_secret: Annotated[SecretStr, Kept("verify"), Field(title="Signing secret")] = SecretStr(
        ""
    )
    """Of an account that comes in by the operator's app there is none."""
    door: Annotated[Literal["webhook", "poll"], Field(title="How we hear what happens")] = "webhook"
    keys: Annotated[Literal["repeat", "ask", "none"], Field(title="What it does with keys")] = (
        "repeat"
    )
    on_unknown: Annotated[
        Literal["repeat", "leave"], Field(title="Where nobody knows whether it arrived")
    ] = "repeat"
