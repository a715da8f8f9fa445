"""CPU time that processes and all they started have taken."""

from collections.abc import Mapping

import psutil

Seconds = dict[str, float]


def cpu_taken(pids: Mapping[str, int | None]) -> Seconds:
    """User and system time so far, by name, with children that live and those that ended."""
    return {name: _of_tree(pid) for name, pid in pids.items() if pid is not None}


def cpu_between(before: Seconds, after: Seconds) -> Seconds:
    return {name: after[name] - before[name] for name in before}


def _of_tree(pid: int) -> float:
    process = psutil.Process(pid)
    return sum(map(_of, (process, *process.children(recursive=True))))


def _of(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)
