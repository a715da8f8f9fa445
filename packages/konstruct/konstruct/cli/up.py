"""`konstruct up`: everything, from nothing."""

from pathlib import Path
from typing import Annotated

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import DEFAULT_DATA_DIR, named_directory, named_host


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "konstruct up",
            "konstruct up --data-dir /srv/konstruct --port 8080 --no-demo",
            "KONSTRUCT_LLM_BASE_URL=https://llm.acme.com/v1 KONSTRUCT_LLM_MODEL=big konstruct up",
            closing=(
                "Exit codes: 0 told to stop; 1 a part did not start; 2 the machine or an option "
                "does not allow it; 3 it runs on this directory already.",
            ),
        )
    )(up)


def up(
    data_dir: Annotated[
        Path,
        typer.Option(
            envvar="KONSTRUCT_DATA_DIR",
            parser=named_directory,
            metavar="DIRECTORY",
            help="Where its data, secrets and logs stay.",
        ),
    ] = Path(DEFAULT_DATA_DIR),
    port: Annotated[
        int, typer.Option(envvar="KONSTRUCT_PORT", help="Where people reach it.")
    ] = 8000,
    host: Annotated[
        str,
        typer.Option(
            envvar="KONSTRUCT_HOST",
            parser=named_host,
            metavar="ADDRESS",
            help="Address to listen on.",
        ),
    ] = "127.0.0.1",
    demo: Annotated[
        bool | None,
        typer.Option(
            "--demo/--no-demo",
            show_default=False,
            help="Make a demo business to try it with; by default not in a database of your own.",
        ),
    ] = None,
    browser: Annotated[
        bool, typer.Option(help="Open the browser, logged in, where there is one.")
    ] = True,
) -> None:
    """Start everything: PostgreSQL, Valkey, a small model, worker and gateway.

    Prints `ready http://…` on standard output when it accepts work. Ctrl-C ends everything.
    """
    from konstruct import devstack

    options = devstack.UpOptions(
        data_dir=data_dir, port=port, host=host, demo=demo, browser=browser
    )
    raise typer.Exit(devstack.up(options))
