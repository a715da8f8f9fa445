"""The wheel carries the migrations: from the repository, or from the source distribution, which
has them in their place already. Without them there is no wheel.
"""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

IN_THE_WHEEL = "konstruct/database"


class MigrationsHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable" or (Path(self.root) / IN_THE_WHEEL).is_dir():
            return
        repository = Path(self.root).parents[1]
        for name in ("alembic.ini", "migrations"):
            if not (repository / name).exists():
                raise FileNotFoundError(f"{repository / name} is missing: nothing could migrate.")
            build_data["force_include"][str(repository / name)] = f"{IN_THE_WHEEL}/{name}"
