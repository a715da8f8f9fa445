"""What a call of a tool may do to the world, and what that means for whoever finds it half done.

| effect  | means                                                  | found `started`              |
|---------|--------------------------------------------------------|------------------------------|
| `read`  | nothing is changed                                     | act again                    |
| `ours`  | changes our database, in one transaction with `done`   | act again: it is rolled back |
| `keyed` | the other side takes our key, and acts once for each   | act again, with the same key |
| `once`  | everything else                                        | never again: nobody knows    |

A call's id is its key: it is the same in every attempt at its run.
"""

from typing import Final, Literal
from uuid import UUID, uuid5

Effect = Literal["read", "ours", "keyed", "once"]
State = Literal["planned", "waiting", "started", "done", "failed", "refused", "unknown"]
Next = Literal["act", "tell", "wait", "nobody_knows"]
"""What comes next for a call: `act`; `tell` the model what the row says; `wait` for a person; or
write down that its outcome is unknown."""

OUTSIDE: Final[frozenset[Effect]] = frozenset({"keyed", "once"})
"""Effects beyond our database, which a rollback does not undo."""
FINAL: Final[frozenset[State]] = frozenset({"done", "failed", "refused", "unknown"})


def next_for(effect: Effect, state: State) -> Next:
    """What whoever carries on with a run does about a call that it finds in this state."""
    if state in FINAL:
        return "tell"
    if state == "waiting":
        return "wait"
    return "nobody_knows" if state == "started" and effect == "once" else "act"


def call_id(run_id: UUID, n: int, idx: int) -> UUID:
    """Of the call at place `idx` of the run's step `n`; the key that outside services are given."""
    return uuid5(run_id, f"{n}:{idx}")
