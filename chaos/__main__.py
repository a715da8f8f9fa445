"""`python -m chaos`: break the running product in every way we know, and see what it promises hold.

Starts everything itself on this machine: PostgreSQL, Valkey, gateways, workers, a scripted model,
and a proxy on every line between them. After each scenario every accepted message has one outcome
that was seen, nothing crossed tenants, no seq is missing or used twice, and processes hold what
they held before. The exit code is 1 if any of it is not so.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path

EXAMPLES = """examples:
  make chaos                                              everything, about a quarter of an hour
  make chaos ARGS="--quick"                               everything, smaller
  make chaos ARGS="--only everything-killed-in-turn"      one scenario; may be given again
  make chaos ARGS="--list"
  python -m chaos --json > chaos.json
"""


def main() -> int:
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for name in [name for name in os.environ if name.startswith("KONSTRUCT_")]:
        del os.environ[name]  # the product as it comes, whatever this shell is set up for
    os.environ["KONSTRUCT_TEST_SIZE"] = "" if options.quick else "full"
    from chaos.run import names, run  # the sizes are read when it is imported

    known = [name for _, name, _ in names()]
    if options.list:
        for row, name, what in names():
            print(f"{row or 'all':>3}  {name:44} {what}")
        return 0
    unknown = [name for name in options.only if name not in known]
    if unknown:
        print(f"There is no scenario {unknown[0]!r}. --list tells what there is.", file=sys.stderr)
        return 2
    try:
        with tempfile.TemporaryDirectory(
            prefix="konstruct-chaos-", ignore_cleanup_errors=True
        ) as directory:
            report = run(options.only, options.seed, Path(directory))
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130
    print(json.dumps(report.as_json(), indent=2) if options.json else report.as_text())
    return 0 if report.held else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m chaos",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this alone")
    parser.add_argument("--list", action="store_true", help="what there is")
    parser.add_argument("--seed", type=int, default=1, help="for what is left to chance")
    parser.add_argument("--quick", action="store_true", help="smaller sizes")
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    return parser


if __name__ == "__main__":
    sys.exit(main())
