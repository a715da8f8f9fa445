"""Reads the files in `deploy/` as the tools they are for do."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import click
import typer.main
import yaml
from konstruct.cli.app import app
from shared.config import variables

from tests.support.servers import ROOT

DEPLOY = ROOT / "deploy"
PAGES = [ROOT / "docs" / "deployment.md", ROOT / "docs" / "sizing.md"]
SETTING = re.compile(r"\bKONSTRUCT_[A-Z0-9_]+[A-Z0-9]\b")
OF_NO_CLASS = {"KONSTRUCT_WORKER_READY_FILE"}
"""Settings a process reads straight from its environment."""

Document = dict[str, Any]


def deploy_files() -> list[Path]:
    """Every file of ours that says how to run it, pages included."""
    return [file for file in (*DEPLOY.rglob("*"), *PAGES) if file.is_file()]


@cache
def documents(file: Path) -> list[Document]:
    return [document for document in yaml.safe_load_all(file.read_text()) if document]


def kubernetes() -> Iterator[tuple[Path, Document]]:
    """Every Kubernetes object, with its file."""
    for file in sorted((DEPLOY / "kubernetes").rglob("*.yaml")):
        for document in documents(file):
            yield file, document


def pod_of(document: Document) -> Document | None:
    """The pod that a Deployment or Job makes."""
    if document["kind"] not in ("Deployment", "Job"):
        return None
    pod: Document = document["spec"]["template"]["spec"]
    return pod


def seconds(text: str | int) -> int:
    """Seconds of '90s', '5m', '1h' or a number."""
    number, unit = re.fullmatch(r"(\d+)(s|m|h|)", str(text)).groups()  # type: ignore[union-attr]
    return int(number) * {"s": 1, "": 1, "m": 60, "h": 3600}[unit]


@cache
def commands() -> dict[str, click.Command]:
    """Every command by its words, as 'gateway' or 'tenant create'."""

    def walk(command: Any, words: str) -> Iterator[tuple[str, click.Command]]:
        for name, child in getattr(command, "commands", {}).items():
            path = f"{words} {name}".strip()
            yield from walk(child, path)
            yield path, child

    return dict(walk(typer.main.get_command(app), ""))


def known_settings() -> set[str]:
    """Every KONSTRUCT_ variable that some process reads."""
    of_commands = {
        name
        for command in commands().values()
        for parameter in command.params
        for name in ([parameter.envvar] if isinstance(parameter.envvar, str) else [])
    }
    return {variable for variable, _, _ in variables()} | of_commands | OF_NO_CLASS
