"""One message's way through Konstruct, measured beside the same hops done bare: `make bench`.

Starts everything itself on this machine: PostgreSQL with its durability on, Valkey, a scripted
model that answers at once, and for each of the two ways a gateway and a worker of their own. Both
are measured in turns in one run. What compares is the ratio; the milliseconds are the machine's.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import psutil
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.progress import Progress

from benchmarks.alone import measure_alone
from benchmarks.crowd import measure_crowd
from benchmarks.failure import BenchmarkFailed
from benchmarks.report import Measured, as_json, as_text
from benchmarks.round_trips import count_round_trips, counted_ways
from benchmarks.servers import DATABASE, Servers, running_servers
from benchmarks.stages import floor_stages, konstruct_stages
from benchmarks.ways import running_ways

STEPS = 6
EXAMPLES = """examples:
  make bench                                   the tables
  make bench ARGS="--messages 500"             a steadier median
  python -m benchmarks.one_message --json      the figures, for scripts
"""


def measure(servers: Servers, options: argparse.Namespace, progress: Progress) -> Measured:
    alone_person, people = servers.people[0], servers.people[: options.people]
    with ExitStack() as running:
        with progress.step("Gateways and workers"):
            ways = running.enter_context(running_ways(servers, servers.directory / "timed"))
        with progress.step(f"One person, {options.messages} messages each way"):
            alone = asyncio.run(measure_alone(ways, alone_person, options.messages))
        with progress.step(f"{options.people} people at once"):
            crowds = asyncio.run(
                measure_crowd(
                    ways, servers, people, rounds=options.rounds, round_s=options.round_seconds
                )
            )
        stages = {
            "konstruct": konstruct_stages(
                alone.answers["konstruct"],
                ways["konstruct"].worker.log,
                servers.postgres.superuser_conninfo(DATABASE),
            ),
            "floor": floor_stages(alone.answers["floor"]),
        }
    with progress.step("Counting round trips"), counted_ways(servers) as counting:
        counts = asyncio.run(count_round_trips(counting, alone_person, servers.valkey.url))
    return Measured(options.messages, options.people, alone, stages, crowds, counts)


def main() -> int:
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    for name in [name for name in os.environ if name.startswith("KONSTRUCT_")]:
        del os.environ[name]  # the product as it comes, whatever this shell is set up for
    progress, began = Progress(STEPS), time.monotonic()
    busy = psutil.cpu_percent(interval=1.0)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="konstruct-bench-") as directory,
            running_servers(Path(directory), options.people, progress) as servers,
        ):
            measured = measure(servers, options, progress)
    except (BenchmarkFailed, DevstackError, OSError) as error:
        progress.say(f"The benchmark failed: {error}")
        return 1
    except KeyboardInterrupt:
        progress.say("Stopped before anything was measured.")
        return 130
    if options.json:
        print(json.dumps(as_json(measured), indent=2))
    else:
        print(as_text(measured))
    progress.say(
        f"\nTook {time.monotonic() - began:.0f} s; before it began, the machine was {busy:.0f} % "
        "busy with other things."
    )
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.one_message",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--messages", type=_positive, default=200, help="of one person, each way")
    parser.add_argument("--people", type=_positive, default=20, help="at once")
    parser.add_argument("--rounds", type=_positive, default=3, help="of the people, each way")
    parser.add_argument("--round-seconds", type=float, default=3.0, help="length of a round")
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
