"""`python -m orchestrator.scripted_service` prints `ready <base url>` and serves until it is told
to stop."""

import argparse
import asyncio
import signal
import sys

from orchestrator.scripted_service.server import ScriptedService


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripted_service", description="An outside service that does what it is told."
    )
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    asyncio.run(_serve(parser.parse_args().port))
    return 0


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with ScriptedService(port=port) as service:
        sys.stdout.write(f"ready {service.base_url}\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    sys.exit(main())
