"""`python -m orchestrator.scripted_whatsapp` prints `ready <base url>` and serves until it is told
to stop."""

import argparse
import asyncio
import sys

from orchestrator.scripted_whatsapp.server import ScriptedWhatsApp
from orchestrator.serving import serve_until_told


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="scripted_whatsapp", description="WhatsApp on this machine."
    )
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    asyncio.run(serve_until_told(ScriptedWhatsApp(port=parser.parse_args().port)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
