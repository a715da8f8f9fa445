"""Finds the installation a command works on: its servers and its keys.

A `KONSTRUCT_*` variable that is set wins. The others come from the `konstruct up` that runs on the
data directory. All of them go into the environment, where settings are read, so `attach` must be
called before the first setting is read.
"""

import os
from pathlib import Path
from typing import Annotated

import typer

DEFAULT_DATA_DIR = ".konstruct"
DATABASE = "KONSTRUCT_DATABASE_URL"
REDIS = "KONSTRUCT_REDIS_URL"
SIGNING_KEY = "KONSTRUCT_SIGNING_KEY"
SECRETS_KEYS = "KONSTRUCT_SECRETS_KEYS"


def named_directory(given: str | Path) -> Path:
    """The typed path, or the default for an empty one: an unset variable must not mean the current
    directory."""
    if not str(given).strip():
        raise typer.BadParameter("it is empty. Name a directory, or leave the option out.")
    try:
        Path(given).expanduser().exists()
    except (OSError, RuntimeError, ValueError) as error:
        raise typer.BadParameter(f"'{given}' can be no directory: {error}.") from None
    return Path(given)


def named_host(given: str) -> str:
    """An address to listen on. An empty one is refused, because it would mean every address."""
    from shared.addresses import listening_host

    try:
        return listening_host(given.strip())
    except ValueError as error:
        raise typer.BadParameter(f"{error}.") from None


DataDirOption = Annotated[
    Path,
    typer.Option(
        "--data-dir",
        envvar="KONSTRUCT_DATA_DIR",
        parser=named_directory,
        metavar="DIRECTORY",
        help="The directory of the `konstruct up` to work on.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for scripts.")]


def attach(data_dir: Path) -> bool:
    """Take the missing settings from the running `up`; whether there is one."""
    if all(os.environ.get(name) for name in (DATABASE, REDIS, SIGNING_KEY)):
        return False  # the environment names a whole installation
    from konstruct.devstack.data_dir import running_environment

    running = running_environment(data_dir)
    for name, value in (running or {}).items():
        if not os.environ.get(name):
            os.environ[name] = value
    return running is not None


def attach_to_database(data_dir: Path, *needed: str) -> None:
    """Attach; raise ConfigError if the database or a `needed` setting is still missing."""
    running = attach(data_dir)
    missing = [name for name in (DATABASE, *needed) if not os.environ.get(name)]
    if missing and not running:
        from shared.errors import ConfigError

        raise ConfigError(
            f"No `konstruct up` runs on {data_dir.expanduser().resolve()}, and "
            f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set. "
            "Start one with `konstruct up`, name its directory with --data-dir, or set them."
        )


def attach_ring() -> None:
    """Take the workers' ring from the data directory of the `up` that was attached to, for a
    command that opens what is sealed. Call it after `attach`."""
    from konstruct.devstack.data_dir import DATA_DIR_VARIABLE
    from konstruct.devstack.rings import SECRETS_FILE

    directory = os.environ.get(DATA_DIR_VARIABLE)
    if not directory or os.environ.get(SECRETS_KEYS):
        return
    file = Path(directory).expanduser().resolve() / SECRETS_FILE
    if file.is_file():
        os.environ[SECRETS_KEYS] = str(file)
