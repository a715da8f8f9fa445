"""The answers to a channel's form, from a command's options, its standard input and a terminal."""

import sys
from collections.abc import Mapping

import typer

from konstruct.cli.output import print_json, tell

FROM_STDIN = "-"


def answers(channel: str, given: Mapping[str, str]) -> dict[str, str]:
    """Of `-` the value is the next line of standard input. What is missing is asked for, where
    there is somebody to ask. Raises BadRequest."""
    from shared.channels import forms

    ways, model = forms.kept(channel), forms.form_of(channel)
    told = dict(given)
    for name, value in told.items():
        if value == FROM_STDIN:
            told[name] = sys.stdin.readline().strip()
        elif name in ways and sys.stderr.isatty():
            typer.echo(
                f"`{name}` stood on the command line, where others on this machine may have read "
                f"it. `--set {name}={FROM_STDIN}` reads it from standard input.",
                err=True,
            )
    for name, field in model.model_fields.items():
        if name not in told and field.is_required() and sys.stdin.isatty():
            told[name] = typer.prompt(
                field.title or name, hide_input=name in ways, err=True, default=None
            )
    return told


def show_kinds(*, as_json: bool) -> None:
    """Each channel that can be connected, and what it is connected with."""
    from shared.channels import forms
    from shared.channels.credentials import DEVELOPMENT_CHANNELS
    from shared.config import settings

    kinds = [
        {"type": str(channel), "name": forms.name_of(channel), "form": forms.schema(channel)}
        for channel in forms.FORMS
        if channel not in DEVELOPMENT_CHANNELS or settings.channels.development
    ]
    if as_json:
        print_json(kinds)
        return
    for kind in kinds:
        form = forms.schema(str(kind["type"]))
        needed = form.get("required", [])
        names = [name if name in needed else f"[{name}]" for name in form["properties"]]
        tell(f"{kind['type']}: {', '.join(names)}")


def pair(text: str) -> tuple[str, str]:
    """Name and value of a `--set`. Raises BadParameter."""
    name, given, value = text.partition("=")
    if not given or not name:
        raise typer.BadParameter(f"'{text}' is not like api_token=… (--set NAME=VALUE).")
    return name, value
