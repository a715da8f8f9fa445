"""`konstruct --help`: every command, in the order in which a person needs them."""

from typing import Annotated

import typer

from konstruct.cli import (
    agent,
    channel,
    chat,
    demo,
    dismissal,
    doctor,
    env,
    hello,
    inbox,
    key,
    knowledge,
    migrate,
    processes,
    secrets,
    template,
    tenant,
    token,
    up,
    user,
    wording,
)
from konstruct.cli.epilog import examples

app = typer.Typer(
    name="konstruct",
    help="AI employees for a business, from one command.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=examples(
        "konstruct up",
        "konstruct chat --agent Ada 'What can you do for me?'",
        "konstruct user create --email eva@acme.com --tenant acme --role customer_admin",
        closing=(
            "Commands work on the `konstruct up` of the data directory (--data-dir, or "
            "KONSTRUCT_DATA_DIR, or ./.konstruct); KONSTRUCT_* variables that are set win.",
            "Exit codes: 0 done; 1 refused or failed, with a sentence on standard error, or "
            "whoever read the output has left; 2 wrong usage; 130 interrupted.",
        ),
    ),
)


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("konstruct"))
        raise typer.Exit


@app.callback()
def konstruct(
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True),
    ] = False,
) -> None:
    del version


for group in (up, hello, chat, doctor, env, token, migrate, processes):
    group.register(app)
dismissal.register(agent.app)
for name, commands in {
    "tenant": tenant,
    "user": user,
    "agent": agent,
    "template": template,
    "channel": channel,
    "knowledge": knowledge,
    "inbox": inbox,
    "key": key,
    "wording": wording,
    "secrets": secrets,
    "demo": demo,
}.items():
    app.add_typer(commands.app, name=name)
