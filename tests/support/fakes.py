"""The doubles that ship with the product, as processes: scripted model, scripted service."""

import sys
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urljoin

import httpx

from tests.support.processes import Process


class Fake(Process):
    """A double that ships beside the real thing and says by itself where it is."""

    module: ClassVar[str]

    def __init__(self, name: str, directory: Path, *options: str) -> None:
        command = (sys.executable, "-m", self.module, "--port", "0", *options)
        super().__init__(name, command, directory, {})

    def answers(self) -> bool:
        return self.output.exists() and self.output.read_text().startswith("ready ")

    @property
    def base_url(self) -> str:
        return self.output.read_text().split()[1]

    def told(self, path: str) -> Any:
        """What it says there, as JSON."""
        return httpx.get(urljoin(self.base_url, path)).json()


class Service(Fake):
    """The scripted service, on which tools act."""

    module = "orchestrator.scripted_service"

    def done(self) -> list[dict[str, Any]]:
        """Every effect there was."""
        return list(self.told("/__done"))


class Model(Fake):
    """The scripted model. `options` are its command line's, for all answers."""

    module = "orchestrator.scripted_model"

    def requests(self) -> list[dict[str, Any]]:
        """The completions it was asked for."""
        return list(self.told("/__requests"))

    def environment_for_workers(self) -> dict[str, str]:
        return {
            "KONSTRUCT_LLM_BASE_URL": self.base_url,
            "KONSTRUCT_LLM_API_KEY": "scripted",
            "KONSTRUCT_LLM_MODEL": "scripted",
        }
