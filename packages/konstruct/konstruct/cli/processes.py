"""`konstruct gateway` and `konstruct worker`: the two processes, each as often as needed."""

import os
from pathlib import Path
from typing import Annotated

import typer

from konstruct.cli.epilog import examples
from konstruct.cli.installation import (
    DEFAULT_DATA_DIR,
    SIGNING_KEY,
    DataDirOption,
    attach_ring,
    attach_to_database,
    named_host,
)


def register(app: typer.Typer) -> None:
    app.command(
        epilog=examples(
            "konstruct gateway --port 8001",
            "konstruct gateway --host 0.0.0.0 --data-dir /srv/konstruct",
        )
    )(gateway)
    app.command(
        epilog=examples("konstruct worker", "konstruct worker --concurrency 100"),
    )(worker)


def gateway(
    host: Annotated[
        str | None,
        typer.Option(parser=named_host, metavar="ADDRESS", help="Address to listen on."),
    ] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port to listen on.")] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
) -> None:
    """Run a gateway: what browsers and channels talk to.

    Without options it listens where KONSTRUCT_HOST and KONSTRUCT_PORT say (127.0.0.1, 8000).
    """
    # Into the environment, because the gateway's own origin follows from them.
    if host is not None:
        os.environ["KONSTRUCT_HOST"] = host
    if port is not None:
        os.environ["KONSTRUCT_PORT"] = str(port)
    attach_to_database(data_dir, SIGNING_KEY)
    from gateway.server import serve
    from shared.config import settings

    raise typer.Exit(serve(settings.gateway.host, settings.gateway.port))


def worker(
    concurrency: Annotated[
        int | None,
        typer.Option(min=1, max=10_000, help="Answers at once (KONSTRUCT_WORKER_CONCURRENCY)."),
    ] = None,
    data_dir: DataDirOption = Path(DEFAULT_DATA_DIR),
) -> None:
    """Run a worker: where agents answer."""
    if concurrency is not None:
        os.environ["KONSTRUCT_WORKER_CONCURRENCY"] = str(concurrency)
    attach_to_database(data_dir)
    attach_ring()
    from orchestrator.worker import run

    raise typer.Exit(run())
