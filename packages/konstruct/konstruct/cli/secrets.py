"""`konstruct secrets`: the keys that seal what businesses entrust to us."""

from pathlib import Path
from typing import Any

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    DataDirOption,
    JsonOption,
    attach_ring,
    attach_to_database,
)
from konstruct.cli.output import print_json, say, tell
from konstruct.cli.running import run

app = typer.Typer(
    help="The keys that seal what businesses entrust to us: make one, seal anew.",
    no_args_is_help=True,
)


@app.command(epilog=examples("konstruct secrets new", "konstruct secrets new --json"))
def new(as_json: JsonOption = False) -> None:
    """Make a key and print its two halves. Nothing is stored."""
    from shared.keyrings import new_key

    key = new_key()
    if as_json:
        print_json({"id": key.id, "private": key.written(), "public": str(key.public)})
        return
    tell(f"id       {key.id}")
    tell(f"private  {key.written()}")
    tell(f"public   {key.public}")


@app.command(
    epilog=examples(
        "konstruct secrets rotate",
        "KONSTRUCT_SECRETS_KEYS=/run/keys/secrets.keys konstruct secrets rotate --json",
        closing=("Exit codes: 0 all is sealed to the newest keys; 1 some could not be opened.",),
    )
)
def rotate(data_dir: DataDirOption = Path(DEFAULT_DATA_DIR), as_json: JsonOption = False) -> None:
    """Seal everything anew to the newest keys. Broken off, it is simply run again."""
    attach_to_database(data_dir)
    attach_ring()
    done = run(_rotate(shows=not as_json))
    if as_json:
        print_json(done)
    else:
        tell(f"{done['resealed']} of {done['looked_at']} secrets were sealed anew.")
        for key_id, count in done["unreadable"].items():
            tell(f"{count} do not open. They are sealed to the key {key_id}.")
    if done["unreadable"]:
        raise typer.Exit(1)


async def _rotate(*, shows: bool) -> dict[str, Any]:
    from shared.secrets.opening import workers_ring
    from shared.secrets.rotation import Progress, rotate

    workers_ring()
    progress = Progress()
    async for progress in rotate():
        if shows:
            say(f"{progress.looked_at} looked at, {progress.resealed} sealed anew ...")
    return {
        "looked_at": progress.looked_at,
        "resealed": progress.resealed,
        "unreadable": dict(progress.unreadable),
    }
