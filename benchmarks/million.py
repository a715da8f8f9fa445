"""What gives first on the way to a million open sockets: arithmetic, nothing is started.

What one socket, one message and one streamed frame cost was measured (`Costs`), how people behave
and what one machine can do are assumptions (`People`, `Limits`); each can be set. From these it
works out how many gateways and workers are needed, how full the parts are of which there is one
(Valkey, PostgreSQL), how long everybody takes to come back after an outage, and at how many
sockets each part is full.

    python -m benchmarks.million
    python -m benchmarks.million --sockets 50000 --set messages_per_hour=12 --json
"""

import argparse
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from math import ceil

from shared.db.connection_room import wanted

SIZES = (10_000, 100_000, 1_000_000)
MOST_SOCKETS = 2**40


@dataclass(frozen=True)
class Costs:
    """Measured; docs/sizing.md says how. CPU of one core of the machine it was measured on."""

    socket_kib: float = 21.7
    """A gateway's memory for an open socket."""
    gateway_base_mib: float = 126.0
    worker_base_mib: float = 195.0
    channel_kib: float = 0.28
    """Valkey's memory for a conversation that is subscribed to."""
    connect_gateway_ms: float = 2.5
    connect_postgresql_ms: float = 0.55
    connect_valkey_ms: float = 0.06
    idle_gateway_us: float = 8.5
    """A second, for a socket on which nothing happens: pings."""
    message_gateway_ms: float = 1.6
    message_worker_ms: float = 2.5
    message_postgresql_ms: float = 2.9
    message_valkey_ms: float = 0.11
    message_commits: float = 3.0
    frame_gateway_us: float = 115.0
    frame_valkey_us: float = 25.0
    frame_bytes: float = 165.0
    token_worker_us: float = 82.0
    worker_upkeep_per_s: float = 1.4
    """Transactions of a worker that has nothing to do: lease, sweep, what waits."""


@dataclass(frozen=True)
class People:
    """Assumed: an installation in its busiest hour."""

    messages_per_hour: float = 6.0
    """Of each person who has a socket open."""
    tokens: float = 300.0
    tokens_per_s: float = 50.0
    thinking_s: float = 1.0
    """Before a model's first token."""
    window_s: float = 0.08
    """Text goes out this often; workers that are late widen it to 0.5 s."""
    stops: float = 0.02
    """Share of answers that somebody stops."""


@dataclass(frozen=True)
class Limits:
    """Assumed: what one of a part can do, and how full it may be."""

    process_core: float = 0.7
    """Of its one core, for a gateway or worker: the rest is for bursts."""
    gateway_mib: float = 1500.0
    back_within_s: float = 60.0
    """Everybody is connected again so soon after an outage of all."""
    valkey_core: float = 0.7
    """Commands are run by one thread."""
    valkey_mib: float = 16_000.0
    postgresql_cores: float = 32 * 0.6
    commits_per_s: float = 20_000.0
    """With a disk that syncs within a millisecond; commits share a sync."""
    connections: float = 500.0
    """Without a pooler between."""
    pool: float = 16.0
    """KONSTRUCT_DATABASE_POOL_SIZE."""
    network_mbit: float = 10_000.0


@dataclass(frozen=True)
class Plan:
    """What so many sockets need, and how full that leaves the parts there is one of."""

    sockets: int
    messages_per_s: float
    answers_at_once: float
    frames_per_s: float
    gateways: int
    gateways_because_of: str
    workers: int
    valkey_cores: float
    valkey_mib: float
    postgresql_cores: float
    commits_per_s: float
    stop_looks_per_s: float
    """Transactions of workers that look because somewhere somebody stopped an answer."""
    connections: float
    network_mbit: float
    back_after_one_gateway_s: float
    back_after_outage_s: float
    full: dict[str, float]
    """Share of its limit, by part; the fullest first."""


@dataclass(frozen=True)
class Model:
    costs: Costs = Costs()
    people: People = People()
    limits: Limits = Limits()

    def plan(self, sockets: int) -> Plan:
        cost, people, limit = self.costs, self.people, self.limits
        messages = sockets * people.messages_per_hour / 3600
        streaming_s = people.tokens / people.tokens_per_s
        frames_per_answer = streaming_s / people.window_s
        frames = messages * frames_per_answer

        gateway_cpu = (
            sockets * cost.idle_gateway_us / 1e6
            + messages * cost.message_gateway_ms / 1e3
            + frames * cost.frame_gateway_us / 1e6
        )
        worker_cpu = messages * (
            cost.message_worker_ms / 1e3 + people.tokens * cost.token_worker_us / 1e6
        )
        needed = {
            "memory": sockets
            * cost.socket_kib
            / 1024
            / (limit.gateway_mib - cost.gateway_base_mib),
            "CPU": gateway_cpu / limit.process_core,
            "reconnecting": sockets * cost.connect_gateway_ms / 1e3 / limit.back_within_s,
            "one to spare": 2.0,
        }
        why = max(needed, key=needed.__getitem__)
        gateways = ceil(needed[why])
        workers = max(2, ceil(worker_cpu / limit.process_core))

        stop_looks = messages * people.stops * workers
        commits = messages * cost.message_commits + workers * cost.worker_upkeep_per_s + stop_looks
        # What is no message's is a transaction of about a message's third.
        transaction_ms = cost.message_postgresql_ms / cost.message_commits
        postgresql_cores = commits * transaction_ms / 1e3
        valkey_cores = messages * cost.message_valkey_ms / 1e3 + frames * cost.frame_valkey_us / 1e6
        valkey_mib = sockets * cost.channel_kib / 1024
        connections = wanted(gateways + workers, int(limit.pool))
        network_mbit = frames * cost.frame_bytes * 8 / 1e6
        of_one = sockets / gateways
        full = {
            "Valkey: one core": valkey_cores / limit.valkey_core,
            "Valkey: memory": valkey_mib / limit.valkey_mib,
            "Valkey: network": network_mbit / limit.network_mbit,
            "PostgreSQL: cores": postgresql_cores / limit.postgresql_cores,
            "PostgreSQL: commits": commits / limit.commits_per_s,
            "PostgreSQL: connections": connections / limit.connections,
            "PostgreSQL: everybody back at once": sockets
            * cost.connect_postgresql_ms
            / 1e3
            / limit.back_within_s
            / limit.postgresql_cores,
            "Valkey: everybody back at once": sockets
            * cost.connect_valkey_ms
            / 1e3
            / limit.back_within_s
            / limit.valkey_core,
        }
        return Plan(
            sockets=sockets,
            messages_per_s=messages,
            answers_at_once=messages * (people.thinking_s + streaming_s),
            frames_per_s=frames,
            gateways=gateways,
            gateways_because_of=why,
            workers=workers,
            valkey_cores=valkey_cores,
            valkey_mib=valkey_mib,
            postgresql_cores=postgresql_cores,
            commits_per_s=commits,
            stop_looks_per_s=stop_looks,
            connections=connections,
            network_mbit=network_mbit,
            back_after_one_gateway_s=of_one
            * cost.connect_gateway_ms
            / 1e3
            / max(1, gateways - 1)
            / max(0.05, 1 - gateway_cpu / gateways),
            back_after_outage_s=of_one * cost.connect_gateway_ms / 1e3,
            full=dict(sorted(full.items(), key=lambda part: -part[1])),
        )

    def answers_at_once_per_worker(self) -> float:
        """How many streaming answers fill a worker as far as it may be filled."""
        cost, people = self.costs, self.people
        cpu_s = cost.message_worker_ms / 1e3 + people.tokens * cost.token_worker_us / 1e6
        lasts_s = people.thinking_s + people.tokens / people.tokens_per_s
        return self.limits.process_core * lasts_s / cpu_s

    def full_at(self) -> dict[str, int]:
        """With how many sockets each part of which there is one is full; the first to be, first."""
        parts = self.plan(1).full
        found = {part: _first(lambda n, part=part: self.plan(n).full[part] >= 1) for part in parts}
        return dict(sorted(found.items(), key=lambda part: part[1]))


def _first(holds: Callable[[int], bool]) -> int:
    """The least number for which it holds; it then holds for all above."""
    low, high = 0, MOST_SOCKETS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def with_settings(model: Model, settings: Sequence[str]) -> Model:
    """Each `name=number` sets that field, in whichever of the three it is. Raises ValueError."""
    for setting in settings:
        name, _, value = setting.partition("=")
        for part in ("costs", "people", "limits"):
            values = getattr(model, part)
            if name in {field.name for field in fields(values)}:
                model = replace(model, **{part: replace(values, **{name: float(value)})})
                break
        else:
            raise ValueError(f"'{name}' is no parameter of the model.")
    return model


def as_text(plans: Sequence[Plan], full_at: dict[str, int]) -> str:
    rows: list[tuple[str, Callable[[Plan], str]]] = [
        ("messages a second", lambda p: f"{p.messages_per_s:,.0f}"),
        ("answers at once", lambda p: f"{p.answers_at_once:,.0f}"),
        ("frames a second", lambda p: f"{p.frames_per_s:,.0f}"),
        ("gateways", lambda p: f"{p.gateways:,}"),
        ("  because of", lambda p: p.gateways_because_of),
        ("workers", lambda p: f"{p.workers:,}"),
        ("Valkey, cores", lambda p: f"{p.valkey_cores:.2f}"),
        ("Valkey, MiB", lambda p: f"{p.valkey_mib:,.0f}"),
        ("PostgreSQL, cores", lambda p: f"{p.postgresql_cores:.2f}"),
        ("  commits a second", lambda p: f"{p.commits_per_s:,.0f}"),
        ("  of these for stops", lambda p: f"{p.stop_looks_per_s:,.0f}"),
        ("  connections", lambda p: f"{p.connections:,.0f}"),
        ("network, Mbit/s", lambda p: f"{p.network_mbit:,.1f}"),
        ("one gateway dies: back after, s", lambda p: f"{p.back_after_one_gateway_s:,.1f}"),
        ("all were away: back after, s", lambda p: f"{p.back_after_outage_s:,.0f}"),
        ("fullest", lambda p: "{} {:.0%}".format(*next(iter(p.full.items())))),
    ]
    heads = [f"{plan.sockets:,}" for plan in plans]
    lines = [f"{'sockets':34}" + "".join(f"{head:>34}" for head in heads)]
    lines += [f"{name:34}" + "".join(f"{cell(plan):>34}" for plan in plans) for name, cell in rows]
    lines += ["", "full at so many sockets:"]
    lines += [f"  {part:38}{sockets:>16,}" for part, sockets in full_at.items()]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sockets", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--set", action="append", default=[], metavar="NAME=NUMBER")
    parser.add_argument("--json", action="store_true", help="print JSON, for scripts")
    options = parser.parse_args()
    try:
        model = with_settings(Model(), options.set)
    except ValueError as error:
        parser.error(str(error))
    plans = [model.plan(sockets) for sockets in options.sockets]
    full_at = model.full_at()
    if options.json:
        whole = {"model": asdict(model), "plans": [asdict(p) for p in plans], "full_at": full_at}
        print(json.dumps(whole, indent=2))
    else:
        print(as_text(plans, full_at))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
