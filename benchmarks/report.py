"""What was measured as tables for people, and what was aimed for beside it."""

from collections.abc import Iterator
from typing import Any

from benchmarks.stages import STAGES, TYPING

WIDTH = 40
TITLES = {"konstruct": "Konstruct", "floor": "the bare hops", "chainlit": "Chainlit"}

Figures = dict[str, Any]


def verdicts(figures: Figures) -> list[dict[str, Any]]:
    """Each target that could be measured: what, the figure, the target, and whether it is met."""
    return [
        {"what": what, "figure": figure, "target": f"{sign} {target:g}", "met": met}
        for what, figure, sign, target, met in _compared(figures)
    ]


def _compared(figures: Figures) -> Iterator[tuple[str, float, str, float, bool]]:
    def at_most(what: str, figure: float, target: float) -> tuple[str, float, str, float, bool]:
        return what, figure, "<=", target, figure <= target

    def at_least(what: str, figure: float, target: float) -> tuple[str, float, str, float, bool]:
        return what, figure, ">=", target, figure >= target

    if one := figures.get("one"):
        ratio = one["konstruct"]["median_ms"] / one["floor"]["median_ms"]
        yield at_most("one person: median, of the floor's", ratio, 1.5)
    for size, crowd in figures.get("crowd", {}).items():
        ours, floor = crowd["konstruct"], crowd["floor"]
        ratio = ours["answers_per_s"] / floor["answers_per_s"]
        yield at_least(f"{size} people: throughput, of the floor's", ratio, 0.6)
        ratio = _all(floor["cpu_ms_per_answer"]) / _all(ours["cpu_ms_per_answer"])
        yield at_least(f"{size} people: the same by CPU spent", ratio, 0.6)
        postgresql = [each["cpu_ms_per_answer"]["PostgreSQL"] for each in (ours, floor)]
        ratio = postgresql[0] / postgresql[1]
        yield at_most(f"{size} people: PostgreSQL's CPU, of the floor's", ratio, 1.5)
        if chainlit := crowd.get("chainlit"):
            ratio = ours["answers_per_s"] / chainlit["answers_per_s"]
            yield at_least(f"{size} people: throughput, of Chainlit's", ratio, 1.5)
    for size, flying in figures.get("in_flight", {}).items():
        yield at_most(f"{size} in flight: p95, of the model's own time", flying["p95_ratio"], 1.1)
        yield at_most(f"{size} in flight: CPU a token, of a bare loop", flying["token_ratio"], 3)
    if idle := figures.get("idle"):
        yield at_most("an idle socket, KiB", idle["kib_per_socket"], 30)
        more = idle["valkey_clients_with_all"] - idle["valkey_clients_with_1"]
        yield at_most(f"Valkey's clients more with {idle['sockets']} sockets", more, 0)
    if length := figures.get("length"):
        costs = [each["cpu_ms"] for each in length.values()]
        yield at_most("a message at 100,000: CPU, of that at 10", costs[-1] / costs[0], 1.25)
    if history := figures.get("history"):
        for when in ("at rest", "under load"):
            ratio = history[when]["of_the_floor"] / history["fresh"]["of_the_floor"]
            what = f"{history['runs']:,} runs, analyzed {when}: PostgreSQL"
            yield at_most(f"{what}, of fresh", ratio, 1.1)
            more = history[when]["idle_cpu_ms_per_s"] - history["fresh"]["idle_cpu_ms_per_s"]
            yield at_most(f"{what}, idle, ms/s more", more, 5)
    if knowledge := figures.get("knowledge"):
        if at := knowledge["recall"].get("at"):
            yield at_least("retrieval by words alone: recall at 10", at["10"], 0.9)
        for title, name in (("alone", "alone"), ("beside another's 100,000", "with_others")):
            by_words, with_vectors = (knowledge[name][of] for of in ("p95_ms", "vectors_p95_ms"))
            yield at_most(f"20,000 chunks, {title}: p95, ms", by_words, 30)
            yield at_most("… with vectors: p95, ms", with_vectors, 60)
        ratio = knowledge["with_others"]["median_ms"] / knowledge["alone"]["median_ms"]
        yield at_most("20,000 chunks: median, of that without others", ratio, 1.25)
        yield at_most(
            "20,000 chunks: questions that find otherwise", knowledge["found_otherwise"], 0
        )
    for room, attached in figures.get("attached", {}).items():
        yield at_most(f"six and six {room}: unanswered", len(attached["unanswered"]), 0)
        yield at_most(f"six and six {room}: failed", len(attached["failed"]), 0)


def _all(cpu: dict[str, float]) -> float:
    """What one answer costs without the client that asks."""
    return sum(cost for part, cost in cpu.items() if part != "this client")


def as_text(figures: Figures) -> str:
    return "\n".join(_lines(figures))


def _lines(figures: Figures) -> Iterator[str]:
    if one := figures.get("one"):
        yield "\nOne person, a model that answers at once: send to `response`, in turns"
        yield from _table(one, {"median, ms": "median_ms", "p95, ms": "p95_ms"})
        yield "\nWhere the time goes (median of each stage, ms)"
        staged = {name: each["stages_ms"] for name, each in one.items() if "stages_ms" in each}
        yield _row("", *(TITLES[name] for name in staged))
        for stage in STAGES:
            indent = "  " if stage == TYPING else ""
            yield _row(indent + stage, *(stages.get(stage) for stages in staged.values()))
    for size, crowd in figures.get("crowd", {}).items():
        yield f"\n{size} people at once, each asking again when answered"
        yield from _table(
            crowd,
            {
                "answers a second": "answers_per_s",
                "median wait, ms": "median_ms",
                "p95 wait, ms": "p95_ms",
            },
        )
        yield "  CPU of one answer, ms"
        for part in crowd["konstruct"]["cpu_ms_per_answer"]:
            cells = (each["cpu_ms_per_answer"].get(part) for each in crowd.values())
            yield _row(f"  {part}", *cells)
    if length := figures.get("length"):
        yield "\nOne message in a conversation of so many"
        yield _row("", *(f"{int(size):,}" for size in length))
        yield _row("median, ms", *(each["median_ms"] for each in length.values()))
        yield _row("CPU of all processes, ms", *(each["cpu_ms"] for each in length.values()))
    if in_flight := figures.get("in_flight"):
        own = next(iter(in_flight.values()))["own_time_s"]
        yield f"\nAnswers in flight at 50 tokens a second, {own:g} s each, on one worker"
        yield _row("", *in_flight)
        for title, name in (
            ("median, s", "median_s"),
            ("p95, s", "p95_s"),
            ("CPU a token of a bare loop, µs", "bare_us_per_token"),
        ):
            yield _row(title, *(each[name] for each in in_flight.values()))
        for part in ("worker", "gateway"):
            cells = (each["cpu_us_per_token"][part] for each in in_flight.values())
            yield _row(f"CPU a token of the {part}, µs", *cells)
        for title, name in (
            ("frames of an answer", "frames_per_answer"),
            ("bytes of a frame", "bytes_per_frame"),
        ):
            yield _row(title, *(each[name] for each in in_flight.values()))
        for part in ("gateway", "Valkey"):
            cells = (each["cpu_us_per_frame"][part] for each in in_flight.values())
            yield _row(f"CPU a frame of the {part}, µs", *cells)
    if idle := figures.get("idle"):
        yield f"\n{idle['sockets']:,} idle sockets"
        yield _row("KiB for each beyond the first thousand", idle["kib_per_socket"])
        yield _row("the gateway's memory, MiB", idle["gateway_mib"])
        yield _row("KiB for each in Valkey", idle["valkey_kib_per_socket"])
        for part, cost in idle["open_cpu_ms"].items():
            yield _row(f"CPU to open one, {part}, ms", cost)
        yield _row("CPU of each a second, gateway, µs", idle["idle_cpu_us_per_s"])
        yield _row("Valkey's clients with one socket", f"{idle['valkey_clients_with_1']}")
        yield _row("Valkey's clients with all", f"{idle['valkey_clients_with_all']}")
    if counts := figures.get("per_message"):
        yield "\nWhat one message asks of the servers"
        yield _row("", *(TITLES[name] for name in counts))
        for what in counts["konstruct"]:
            yield _row(what.replace("_", " "), *(f"{each[what]:g}" for each in counts.values()))
    if knowledge := figures.get("knowledge"):
        yield from _of_knowledge(knowledge)
    if channels := figures.get("channels"):
        yield "\nOne message by each channel, 5 a second: from what is written to the answer there"
        yield _row("", *channels)
        yield _row("median, ms", *(each["median_ms"] for each in channels.values()))
        yield _row("p95, ms", *(each["p95_ms"] for each in channels.values()))
        yield "  CPU of one message beyond what is taken while nobody writes, ms"
        for part in channels["web"]["cpu_ms"]:
            yield _row(f"  {part}", *(each["cpu_ms"][part] for each in channels.values()))
    if history := figures.get("history"):
        yield f"\nPostgreSQL beside {history['runs']:,} finished runs, as they were analyzed"
        looks = {name: look for name, look in history.items() if name != "runs"}
        yield _row("", *looks)
        for way, title in (("konstruct", "Konstruct"), ("floor", "the bare hops")):
            cells = (look["cpu_ms_per_answer"][way] for look in looks.values())
            yield _row(f"CPU of one answer, {title}, ms", *cells)
        yield _row("of the bare hops'", *(look["of_the_floor"] for look in looks.values()))
        idle = (look["idle_cpu_ms_per_s"] for look in looks.values())
        yield _row("CPU a second, nobody talks, ms", *idle)
    if attached := figures.get("attached"):
        yield "\nSix gateways and six workers"
        yield _row("", *attached)
        yield _row("answers a second", *(each["answers_per_s"] for each in attached.values()))
        for name in ("connections", "refused"):
            yield _row(name, *(f"{each[name]}" for each in attached.values()))
        for name in ("unanswered", "failed"):
            yield _row(name, *(f"{len(each[name])}" for each in attached.values()))
            for each in attached.values():
                yield from (f"    {what[:160]}" for what in each[name][:3])
    yield "\nAimed for"
    for verdict in verdicts(figures):
        met = "met" if verdict["met"] else "MISSED"
        yield _row(verdict["what"], verdict["figure"], verdict["target"], met)


def _table(by_way: Figures, rows: dict[str, str]) -> Iterator[str]:
    yield _row("", *(TITLES[name] for name in by_way))
    for title, name in rows.items():
        yield _row(title, *(each[name] for each in by_way.values()))


def _of_knowledge(figures: Figures) -> Iterator[str]:
    yield "\nA question to an employee that knows much, by words alone"
    yield _row("", f"{figures['chunks']:,} chunks", f"+ {figures['beside']:,}")
    for title, name in (
        ("median, ms", "median_ms"),
        ("p95, ms", "p95_ms"),
        ("CPU in PostgreSQL, ms", "cpu_ms"),
        ("with vectors: p95, ms", "vectors_p95_ms"),
    ):
        yield _row(title, figures["alone"][name], figures["with_others"][name])
    yield _row("chunks read a second", figures["chunks_read_per_s"])
    recall = figures["recall"]
    if "left_out" in recall:
        yield f"  Recall is left out: {recall['left_out']}."
        return
    yield f"\nWhat {recall['questions']} questions of a benchmark find, by words alone"
    yield _row("", *(f"@{depth}" for depth in recall["at"]))
    yield _row("recall", *recall["at"].values())
    yield _row("supported by their own text", recall["supported"])
    yield _row("declined by the other texts", recall["declined"])


def _row(title: str, *values: str | float | None) -> str:
    return f"  {title:<{WIDTH}}" + "".join(f"{_cell(value):>15}" for value in values)


def _cell(value: str | float | None) -> str:
    if value is None:
        return "-"
    return value if isinstance(value, str) else f"{value:.2f}"
