"""`konstruct env`: the settings with which others join a running `konstruct up`."""

import shlex
from pathlib import Path

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import DEFAULT_DATA_DIR, DataDirOption, JsonOption
from konstruct.cli.output import print_json


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            'set -a; eval "$(konstruct env)"; set +a',
            "export $(konstruct env) && konstruct gateway --port 8001",
            "psql \"$(konstruct env --json | jq -r '.KONSTRUCT_DATABASE_URL')\"",
            closing=("They hold passwords and keys: keep them to yourself.",),
        )
    )(env)


def env(data_dir: DataDirOption = Path(DEFAULT_DATA_DIR), as_json: JsonOption = False) -> None:
    """Print the settings of the `konstruct up` that runs on the data directory.

    `NAME=value` lines, quoted for the shell where that is needed.
    """
    from shared.errors import ConfigError

    from konstruct.devstack.data_dir import running_environment

    running = running_environment(data_dir)
    if running is None:
        raise ConfigError(
            f"No `konstruct up` is ready on {data_dir.expanduser().resolve()}. Start one with "
            "`konstruct up`, or name the directory of one that runs with --data-dir."
        )
    if as_json:
        print_json(running)
        return
    for name, value in sorted(running.items()):
        typer.echo(f"{name}={shlex.quote(value)}")
