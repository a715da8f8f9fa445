"""Konstruct beside the same hops done bare, and beside Chainlit: `make bench`.

Starts everything itself on this machine: PostgreSQL with its durability on, Valkey, a scripted
model that answers at once, and for each way a gateway and a worker of its own. All are measured in
turns in one run. What compares is the ratio; the milliseconds are the machine's.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psutil
from konstruct.devstack.errors import DevstackError
from konstruct.devstack.progress import Progress

from benchmarks.alone import measure_alone
from benchmarks.attached import measure_attached
from benchmarks.chainlit import installed, running_chainlit
from benchmarks.channels import PEOPLE as WRITING
from benchmarks.channels import measure_channels
from benchmarks.crowd import measure_crowd
from benchmarks.failure import BenchmarkFailed
from benchmarks.figures import median, p95
from benchmarks.history import measure_history
from benchmarks.idle import measure_idle
from benchmarks.in_flight import measure_in_flight
from benchmarks.knowledge import measure_knowledge
from benchmarks.length import measure_length
from benchmarks.recall import VARIABLE as RETRIEVAL_DATA
from benchmarks.report import as_text, verdicts
from benchmarks.round_trips import count_round_trips, counted_ways
from benchmarks.servers import DATABASE, Servers, running_servers
from benchmarks.stages import floor_stages, konstruct_stages
from benchmarks.ways import running_ways

TALKING = ("one", "crowd", "length", "in-flight")
PARTS = (*TALKING, "idle", "counts", "channels", "history", "attached", "knowledge")
ONE_STEP = set(PARTS) - {"crowd", "in-flight", "knowledge"}
KEPT = ("KONSTRUCT_BENCH_CHAINLIT", RETRIEVAL_DATA)
"""Settings of the benchmark's own."""
ASKING, ATTACHED = 20, 100
"""People beside many finished runs, and of many gateways."""
EXAMPLES = """examples:
  make bench                                          everything: some ten minutes
  make bench ARGS="--only one,crowd --no-chainlit"    a minute
  python -m benchmarks --json > figures.json          for scripts
"""

Figures = dict[str, Any]


def measure(servers: Servers, options: argparse.Namespace, progress: Progress) -> Figures:
    wanted, people = options.only, servers.people
    figures = _talk(servers, options, progress) if set(TALKING) & set(wanted) else {}
    if "history" in wanted:
        with (
            progress.step(f"Beside {options.history:,} finished runs"),
            running_ways(servers, servers.directory / "history") as ways,
        ):
            figures["history"] = measure_history(ways, servers, people[:ASKING], options.history)
    if "attached" in wanted:
        with progress.step("Six gateways and six workers attached"):
            figures["attached"] = asyncio.run(measure_attached(servers, people[:ATTACHED]))
    if "idle" in wanted:
        with (
            progress.step(f"{options.sockets} idle sockets"),
            running_ways(servers, servers.directory / "idle") as ways,
        ):
            figures["idle"] = asyncio.run(
                measure_idle(ways["konstruct"], servers, people[: options.sockets])
            )
    if "channels" in wanted:
        with progress.step("A message by each channel"):
            figures["channels"] = measure_channels(
                servers, servers.directory / "channels", options.channel_messages
            )
    if "knowledge" in wanted:
        figures["knowledge"] = measure_knowledge(servers, progress)
    if "counts" in wanted:
        with progress.step("Counting round trips"), counted_ways(servers) as counting:
            figures["per_message"] = asyncio.run(
                count_round_trips(
                    counting,
                    people[0],
                    servers.valkey.url,
                    servers.postgres.superuser_conninfo(DATABASE),
                )
            )
    return figures


def _talk(servers: Servers, options: argparse.Namespace, progress: Progress) -> Figures:
    figures: Figures = {}
    wanted, people = options.only, servers.people
    with ExitStack() as running:
        with progress.step("Gateways and workers"):
            ways: dict[str, Any] = dict(
                running.enter_context(running_ways(servers, servers.directory / "timed"))
            )
        if options.chainlit and {"one", "crowd"} & set(wanted):
            _add_chainlit(ways, running, servers, figures, progress)
        ours = ways["konstruct"]
        if "one" in wanted:
            with progress.step(f"One person, {options.messages} messages each way"):
                figures["one"] = _one(ways, servers, options.messages)
        if "crowd" in wanted:
            for size in options.people:
                with progress.step(f"{size} people at once"):
                    figures.setdefault("crowd", {})[str(size)] = _crowd(
                        ways, servers, size, options
                    )
        if "length" in wanted:
            with progress.step("Conversations of 10, 1,000 and 100,000 messages"):
                figures["length"] = asyncio.run(measure_length(ours, servers, people[-3:]))
        if "in-flight" in wanted:
            for size in options.in_flight:
                with progress.step(f"{size} answers in flight at 50 tokens a second"):
                    flying = asyncio.run(measure_in_flight(ours, servers, people[:size]))
                    figures.setdefault("in_flight", {})[str(size)] = flying.figures()
    return figures


def _add_chainlit(
    ways: dict[str, Any],
    running: ExitStack,
    servers: Servers,
    figures: Figures,
    progress: Progress,
) -> None:
    """Without it the rest is measured all the same."""
    try:
        with progress.step("Chainlit, in an environment of its own"):
            python = installed(servers.directory)
            url = servers.environment["KONSTRUCT_LLM_BASE_URL"]
            ways["chainlit"] = running.enter_context(
                running_chainlit(python, servers.directory, url)
            )
    except (BenchmarkFailed, DevstackError, OSError) as error:
        figures["chainlit"] = f"not measured: {error}"
        progress.say(f"Chainlit is left out: {error}")


def _one(ways: Mapping[str, Any], servers: Servers, messages: int) -> Figures:
    alone = asyncio.run(measure_alone(ways, servers.people[0], messages))
    figures = {
        name: {"median_ms": median(alone.ms(name)), "p95_ms": p95(alone.ms(name))} for name in ways
    }
    figures["konstruct"]["stages_ms"] = konstruct_stages(
        alone.answers["konstruct"],
        ways["konstruct"].worker.log,
        servers.postgres.superuser_conninfo(DATABASE),
    )
    figures["floor"]["stages_ms"] = floor_stages(alone.answers["floor"])
    return figures


def _crowd(
    ways: Mapping[str, Any], servers: Servers, size: int, options: argparse.Namespace
) -> Figures:
    crowds = asyncio.run(
        measure_crowd(
            ways,
            servers,
            servers.people[:size],
            rounds=options.rounds,
            round_s=options.round_seconds,
        )
    )
    return {
        name: {
            "answers_per_s": median(crowd.rates),
            "median_ms": median(crowd.waits_ms),
            "p95_ms": p95(crowd.waits_ms),
            "cpu_ms_per_answer": crowd.cpu_ms_per_answer(),
        }
        for name, crowd in crowds.items()
    }


def main() -> int:
    options = _parser().parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    for name in [name for name in os.environ if name.startswith("KONSTRUCT_")]:
        if name not in KEPT:
            del os.environ[name]  # the product as it comes, whatever this shell is set up for
    progress, began = Progress(_steps(options)), time.monotonic()
    busy = psutil.cpu_percent(interval=1.0)
    try:
        with (
            tempfile.TemporaryDirectory(prefix="konstruct-bench-") as directory,
            running_servers(Path(directory), _people(options), progress) as servers,
        ):
            figures = measure(servers, options, progress)
    except (BenchmarkFailed, DevstackError, OSError) as error:
        progress.say(f"The benchmark failed: {error}")
        return 1
    except KeyboardInterrupt:
        progress.say("Stopped before everything was measured.")
        return 130
    figures["busy_percent_before"] = busy
    if options.json:
        print(json.dumps(figures | {"verdicts": verdicts(figures)}, indent=2))
    else:
        print(as_text(figures))
    progress.say(
        f"\nTook {time.monotonic() - began:.0f} s; before it began, the machine was {busy:.0f} % "
        "busy with other things."
    )
    return 0


def _people(options: argparse.Namespace) -> int:
    wanted = [max(options.people) + 3]
    if "history" in options.only:
        wanted.append(ASKING)
    if "attached" in options.only:
        wanted.append(ATTACHED)
    if "channels" in options.only:
        wanted.append(WRITING)
    if "in-flight" in options.only:
        wanted.append(max(options.in_flight) + 3)
    if "idle" in options.only:
        wanted.append(options.sockets)
    return max(wanted)


def _steps(options: argparse.Namespace) -> int:
    only = options.only
    return (
        2
        + bool(set(TALKING) & set(only))
        + bool(options.chainlit and {"one", "crowd"} & set(only))
        + sum(part in only for part in ONE_STEP)
        + 2 * ("knowledge" in only)
        + len(options.people) * ("crowd" in only)
        + len(options.in_flight) * ("in-flight" in only)
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--only", type=_parts, default=PARTS, metavar="PARTS", help=f"some of {','.join(PARTS)}"
    )
    parser.add_argument("--messages", type=_positive, default=150, help="of one person, each way")
    parser.add_argument("--people", type=_numbers, default=(20, 100), help="at once: 20,100")
    parser.add_argument("--rounds", type=_positive, default=3, help="of the people, each way")
    parser.add_argument("--round-seconds", type=float, default=3.0, help="length of a round")
    parser.add_argument("--in-flight", type=_numbers, default=(200, 300), help="answers: 200,300")
    parser.add_argument(
        "--channel-messages", type=_positive, default=100, help="by each channel, 5 a second"
    )
    parser.add_argument("--history", type=_positive, default=1_000_000, help="finished runs")
    parser.add_argument("--sockets", type=_positive, default=5_000, help="idle ones")
    parser.add_argument(
        "--no-chainlit", dest="chainlit", action="store_false", help="leave Chainlit out"
    )
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    return parser


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if unknown := set(parts) - set(PARTS):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}")
    return parts


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(_positive(part) for part in text.split(","))


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
