"""`python -m orchestrator.scripted_model`: prints `ready <base url>`, serves until told to stop."""

import argparse
import asyncio
import sys

from orchestrator.scripted_model.script import BadScript, Script
from orchestrator.scripted_model.server import ScriptedModel
from orchestrator.serving import serve_until_told


def main() -> int:
    arguments = _parser().parse_args()
    options = vars(arguments)
    port, api_key = options.pop("port"), options.pop("api_key")
    try:
        model = ScriptedModel(Script(**options), port=port, api_key=api_key)
        asyncio.run(serve_until_told(model))
    except BadScript as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="scripted", description="A model that says what it is told."
    )
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--api-key", help="require this key")
    parser.add_argument("--text", help="the answer; without it, an echo")
    parser.add_argument("--tokens", type=int, help="answer this many filler words")
    parser.add_argument("--pieces", type=int, help="cut the answer into this many events")
    parser.add_argument("--rate", type=float, default=0.0, help="events a second; 0 is at once")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds before it begins")
    parser.add_argument("--fail", help="fail this way, always")
    parser.add_argument("--refuses", default="", help="names of what a request may not have")
    parser.add_argument("--context", type=int, help="tokens a request may have")
    parser.add_argument("--dialect", default="", help="how answers are put")
    parser.add_argument("--body", help="what it fails with")
    parser.add_argument("--models", default="scripted", help="names it lists")
    parser.add_argument("--after", type=int, default=0, help="events sent before failing")
    return parser


if __name__ == "__main__":
    sys.exit(main())
