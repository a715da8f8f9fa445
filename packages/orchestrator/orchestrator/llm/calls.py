"""Tools as an answer needs them, known to no SDK: what one is, and who keeps a record of calls."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shared.runs.effects import Effect
from shared.runs.steps import Step, StoredCall

from orchestrator.llm.prompt import Usage

Act = Callable[[], Awaitable[Any]]
ACT_WITHIN_S = 15.0


class ToolRefused(Exception):
    """A tool did nothing, for certain; the model is told why, in this sentence."""


@dataclass(frozen=True, slots=True)
class Tool:
    """Something an employee can do. The first parameter of `act` is the run's context; its other
    parameters and its docstring are what the model is told."""

    name: str
    label: str
    """What a person is told of it, like "looks at the clock"; never what with."""
    effect: Effect
    act: Callable[..., Awaitable[Any]]
    within_s: float = ACT_WITHIN_S


@dataclass(frozen=True, slots=True)
class WantedCall:
    """A call as the model asks for it."""

    provider_call_id: str
    tool: str
    args: Mapping[str, Any]
    definition_hash: str | None
    """Of what the model was told of the tool; None for one it was not told of."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the model is told of a call."""

    value: Any
    is_error: bool = False


class Record(Protocol):
    """A run's journal. Its methods raise `RunLost` if the run is not ours any more."""

    @property
    def steps(self) -> Sequence[Step]:
        """Those there were before this attempt."""

    @property
    def has_stored(self) -> bool:
        """Whether this attempt has stored one."""

    async def store(
        self, message: dict[str, Any], format_: int, usage: Usage, wanted: Sequence[WantedCall]
    ) -> list[StoredCall]:
        """Keep a response with its calls, before any of them is carried out."""

    async def carry_out(self, call: StoredCall, act: Act) -> Told:
        """Do what was called for, unless it is done or must not be done again."""

    async def refuse(self, call: StoredCall, why: str) -> None:
        """It cannot be carried out as it was called."""


class RunLost(Exception):
    """The run is another's, or over: nothing of it may be stored or done any more."""
