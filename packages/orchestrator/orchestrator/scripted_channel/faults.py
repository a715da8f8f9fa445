"""How the scripted platform misbehaves when a message is sent to it.

limit     429 with `Retry-After: retry_after`; nothing is taken
error     500; nothing is taken
hang      the message is taken and no answer ever comes
stall     nothing is taken and no answer ever comes
drop      the message is taken and the connection is reset before the answer
refuse    the connection is reset; nothing is taken
blocked   403: this person takes nothing from us, now or later
parse     400 for Markdown; the same text as `plain` is taken
"""

from dataclasses import dataclass

KINDS = frozenset({"limit", "error", "hang", "stall", "drop", "refuse", "blocked", "parse"})
TAKES = frozenset({"hang", "drop"})
"""After these the message is there, and its sender cannot know."""


class BadFault(ValueError):
    """A fault that this platform does not know."""


@dataclass(slots=True)
class Fault:
    """Befalls the next `times` messages, of one place if it names one."""

    kind: str
    times: int = 1
    place: str | None = None
    retry_after: int = 1
    """Of `limit`, in seconds."""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise BadFault(f"{self.kind!r} is no fault of this platform; it has {sorted(KINDS)}")

    def befalls(self, place: str) -> bool:
        return self.times > 0 and self.place in (None, place)


class Faults:
    """An account's; the oldest that fits comes first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def next(self, place: str, format_: str) -> Fault | None:
        """What befalls a message to this place now; it is then one time fewer."""
        for fault in self._waiting:
            if fault.befalls(place) and (fault.kind != "parse" or format_ == "markdown"):
                fault.times -= 1
                if not fault.times:
                    self._waiting.remove(fault)
                return fault
        return None
