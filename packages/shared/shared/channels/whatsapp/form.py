"""What is asked of whoever connects a number on WhatsApp."""

from typing import Annotated

from pydantic import BaseModel, Field, SecretStr

from shared.channels.kept import Kept

Id = Annotated[str, Field(pattern=r"^[0-9]{5,20}$")]


class WhatsAppForm(BaseModel):
    """A number of the WhatsApp Business Platform, by one's own Meta app or by the operator's.

    Without an app secret it comes in by the operator's app.
    """

    phone_number_id: Annotated[Id, Field(title="Phone number ID")]
    access_token: Annotated[
        SecretStr, Kept("send"), Field(title="Access token of a system user", min_length=1)
    ]
    app_secret: Annotated[SecretStr, Kept("verify"), Field(title="App secret")] = SecretStr("")
    verify_token: Annotated[SecretStr, Kept("compare"), Field(title="Verify token")] = SecretStr("")
    """What Meta says when it asks whether the webhook is ours, if it is set there by hand."""
    waba_id: Annotated[Id | None, Field(title="WhatsApp Business Account ID")] = None
    """With it the app is subscribed to the account's events."""
    scope: Annotated[str | None, Field(title="What it helps with", max_length=500)] = None
    """WhatsApp allows no general assistants: outside of this the employee declines."""
    template: Annotated[
        str | None, Field(title="Template that asks to write again", pattern=r"^[a-z0-9_]{1,512}$")
    ] = None
    """An approved one without variables, sent where the last message is older than 24 hours."""
    template_language: Annotated[
        str, Field(title="The template's language", pattern=r"^[a-z]{2,3}(_[A-Z]{2})?$")
    ] = "en"
