"""`python -m tests.support.held_worker`: a worker that waits at the points it is told to, to be
killed there.

`HELD_AT` names a file of JSON, run → point; `ARRIVED` a directory, in which each run that waits
leaves a file.
"""

import asyncio
import json
import os
import sys
from pathlib import Path
from uuid import UUID

from konstruct.cli import main

from tests.support.tool_points import stopping

HELD = json.loads(Path(os.environ["HELD_AT"]).read_text())
ARRIVED = Path(os.environ["ARRIVED"])
"""Read now: a worker takes from its environment what is not its own."""


async def hold(point: str, run_id: UUID) -> None:
    if HELD.get(str(run_id)) == point:
        (ARRIVED / str(run_id)).touch()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with stopping(hold):
        sys.exit(main())
