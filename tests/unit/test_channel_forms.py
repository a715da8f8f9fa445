"""A channel's form: what is asked, what is refused, and what is kept how."""

from typing import Annotated

import pytest
from pydantic import BaseModel, SecretStr
from shared.channels import forms
from shared.channels.kept import Kept
from shared.errors import BadRequest

SECRET = "s3cr3t-token"


class Form(BaseModel):
    bot_token: Annotated[SecretStr, Kept("send")]
    app_secret: Annotated[SecretStr | None, Kept("verify")] = None
    header: Annotated[SecretStr | None, Kept("compare", made=True)] = None
    unsaid: SecretStr | None = None
    number: int = 1


@pytest.fixture(autouse=True)
def form(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(forms.FORMS, "telegram", Form)


def test_secrets_and_settings_are_taken_apart() -> None:
    filled = forms.fill("telegram", {"bot_token": f" {SECRET}\r\n", "number": "7"})
    assert filled.secrets == {"bot_token": SECRET}
    assert filled.settings == {"number": 7}


def test_what_is_wrong_is_named_and_what_was_given_is_not_repeated() -> None:
    with pytest.raises(BadRequest) as refused:
        forms.fill("telegram", {"token": SECRET, "number": SECRET, "header": SECRET})
    said = refused.value.message
    for named in (
        "no `token`",
        "no `header`",
        "`bot_token` is missing",
        "`number` must be a whole number",
    ):
        assert named in said
    assert "telegram is connected with: bot_token, app_secret, unsaid, number." in said
    assert SECRET not in said


def test_how_each_is_kept_is_said_by_its_field_and_else_it_is_the_closest() -> None:
    ways = {name: way.way for name, way in forms.kept("telegram").items()}
    assert ways == {
        "bot_token": "send",
        "app_secret": "verify",
        "header": "compare",
        "unsaid": "send",
    }


def test_the_schema_asks_for_no_credential_that_the_worker_makes() -> None:
    fields = forms.schema("telegram")["properties"]
    assert set(fields) == {"bot_token", "app_secret", "unsaid", "number"}
    assert fields["bot_token"]["writeOnly"]


def test_every_credential_of_every_channel_says_how_it_is_kept() -> None:
    for channel, model in forms.FORMS.items():
        for name, field in model.model_fields.items():
            if forms.is_secret(field.annotation) and model is not Form:
                assert any(isinstance(each, Kept) for each in field.metadata), (channel, name)


def test_a_channel_without_a_form_cannot_be_connected() -> None:
    with pytest.raises(BadRequest, match="cannot be connected yet"):
        forms.fill("fax", {})
