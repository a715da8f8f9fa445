"""The gateway's wheel carries the web page it serves: built from the repository's `portal/`, or
taken from the source distribution, which has it built. Without the page there is no wheel.
"""

import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

IN_THE_WHEEL = "gateway/page"


class PageHook(BuildHookInterface[Any]):
    @property
    def portal(self) -> Path:
        return Path(self.root).parents[1] / "portal"

    @property
    def has_page(self) -> bool:
        return (Path(self.root) / IN_THE_WHEEL / "index.html").is_file()

    def dependencies(self) -> list[str]:
        """What the build must install first: Node, where the machine has none."""
        script = self.portal / "npm.py"
        if self.has_page or not script.is_file():
            return []
        npm = _module(script)
        return [] if npm.machines_npm() else [npm.WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or self.has_page:
            return  # a checkout builds the page with `make`
        if not self.is_installed:
            self.npm("ci", "--no-audit", "--no-fund", "--loglevel=error")
        self.npm("run", "build")
        build_data["force_include"][str(self.portal / "dist")] = IN_THE_WHEEL

    @property
    def is_installed(self) -> bool:
        """What the page is built from is there, as the lock says; npm keeps a copy of that."""
        lock, installed = (
            self.portal / name for name in ("package-lock.json", "node_modules/.package-lock.json")
        )
        return installed.is_file() and installed.stat().st_mtime >= lock.stat().st_mtime

    def npm(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, str(self.portal / "npm.py"), *arguments], check=False
        )
        if done.returncode:
            raise RuntimeError("The web page was not built; the gateway is not shipped without.")


def _module(file: Path) -> ModuleType:
    spec = spec_from_file_location(file.stem, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no Python file.")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
