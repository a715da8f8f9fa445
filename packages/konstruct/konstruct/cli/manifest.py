"""`konstruct channel manifest`: what a platform's page is told to make an app for Konstruct."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import DEFAULT_DATA_DIR, DataDirOption, JsonOption, attach
from konstruct.cli.output import print_json, say

EPILOG = examples(
    "konstruct channel manifest slack --name Ada",
    "konstruct channel manifest slack --name Ada --socket-mode",
    "konstruct channel manifest slack --name Ada \\",
    "    --connection 7a1f9d0e-5b7c-4f0e-9f49-0d6a1f4b2c11",
    closing=("JSON is YAML, too: Slack takes it on either tab.",),
)


def manifest(
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="The channel: slack.")],
    name: Annotated[str, typer.Option(help="What people call the app.")] = "Konstruct",
    connection: Annotated[
        UUID | None,
        typer.Option(metavar="ID", help="Tell its events to this connection, as `list` shows it."),
    ] = None,
    shared: Annotated[
        bool, typer.Option("--shared", help="An app that all businesses of this installation add.")
    ] = False,
    socket_mode: Annotated[
        bool, typer.Option("--socket-mode", help="Events over a socket: Slack cannot reach us.")
    ] = False,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
    as_json: JsonOption = False,
) -> None:
    """Print the manifest of an app, and how to go on."""
    from shared.channels.slack.manifest import creation_link
    from shared.channels.slack.manifest import manifest as made_for
    from shared.errors import BadRequest

    if type_ != "slack":
        raise BadRequest(f"{type_} needs no manifest. There is one for: slack.")
    if [connection is not None, shared, socket_mode].count(True) > 1:
        raise BadRequest("Choose one of --connection, --shared and --socket-mode.")
    made = made_for(
        name, events_url=_events_url(connection, shared, data_dir), socket_mode=socket_mode
    )
    print_json(made)
    if as_json:
        return
    if connection is None:
        say(f"Make the app from it, or open this page: {creation_link(made)}")
        say("Then install it to the workspace, and connect it: konstruct channel connect slack …")
    if connection is None and not shared and not socket_mode:
        say("It hears nothing yet. Once connected, paste the manifest that --connection prints.")
    if connection is not None:
        say("Paste it into the app's page App Manifest, and save: Slack asks us at once.")


def _events_url(connection: UUID | None, shared: bool, data_dir: Path) -> str | None:
    if connection is None and not shared:
        return None
    attach(data_dir)
    from shared.config import settings

    return f"{settings.gateway.link_base()}/channels/slack/{connection or 'events'}"
