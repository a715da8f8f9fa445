"""An answer by the first of a chain that can give one.

The next is asked only before the first delta: what a person has read is not taken back. Whose fault
a failure is decides the rest. A key that is refused, unpaid or has no such model is noted, for a
person must act; a busy or broken provider is paused and asked last for a while; a refusal of what
was asked ends the chain, since others would be asked the same.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from shared.llm_keys.states import State
from shared.log import get_logger

from orchestrator.llm import failures
from orchestrator.llm.bounds import AnswerStream
from orchestrator.llm.failures import ModelFailure, Said
from orchestrator.llm.pauses import Pauses
from orchestrator.llm.prompt import AnswerLimits, Usage

log = get_logger(__name__)

FOR_A_PERSON: dict[type[ModelFailure], State] = {
    failures.ModelKeyRefused: "refused",
    failures.ModelNotPaid: "no_quota",
    failures.ModelUnknown: "no_model",
    failures.ModelNotThere: "unreachable",
    failures.ModelMoved: "unreachable",
    failures.ModelBlocked: "blocked_address",
    failures.ModelKeyUnreadable: "unreadable",
}
"""What an admin must do something about."""
ENDS_THE_CHAIN = (
    failures.ModelRejected,
    failures.ModelTooLong,
    failures.ModelDeclined,
    failures.ModelEndless,
    failures.ModelOnlyThought,
    failures.ModelTooSlow,
)
PERSON_PAUSE_S, BUSY_PAUSE_S, MOST_PAUSE_S = 600.0, 20.0, 600.0
OF_OWN_KEY = (
    "The language model that this business has chosen does not answer. An admin of the business "
    "must look at its models in the settings."
)
"""What people read in the place of a sentence that would name the installation's settings."""


@dataclass(frozen=True, slots=True)
class Link:
    """Who may answer: a key of the business's in this version, or without one the installation."""

    key_id: UUID | None
    version: int
    model: str | None


class Notes(Protocol):
    """What is written down of a key; nobody waits for it."""

    def failed(self, tenant_id: UUID, link: Link, state: State) -> None: ...
    def worked(self, tenant_id: UUID, link: Link) -> None: ...


def links_of(stored: Iterable[Sequence[object]]) -> list[Link]:
    """As `agents.model_chain` stores them."""
    return [
        Link(
            UUID(str(key_id)) if key_id else None, int(str(version)), str(model) if model else None
        )
        for key_id, version, model in stored
    ]


Opens = Callable[[Link, AnswerLimits], Awaitable[AbstractAsyncContextManager[AnswerStream]]]
"""How a link is asked. Raises `ModelFailure`."""


class ChainAnswer(AnswerStream):
    """`may_go_on`: whether another may be asked still, which is not so once a step is stored."""

    def __init__(
        self,
        tenant_id: UUID,
        links: Sequence[Link],
        opens: Opens,
        limits: AnswerLimits,
        *,
        pauses: Pauses,
        notes: Notes,
        may_go_on: Callable[[], bool],
    ) -> None:
        super().__init__(limits)
        self._tenant_id = tenant_id
        self._links = links
        self._opens = opens
        self._pauses = pauses
        self._notes = notes
        self._may_go_on = may_go_on
        self._used = Usage()
        self._speaking: AnswerStream | None = None
        self.answered_by: Link | None = None
        """Who was asked last."""

    @property
    def usage(self) -> Usage:
        """Of all who were asked."""
        now = self._speaking.usage if self._speaking is not None else Usage()
        return Usage(
            self._used.input_tokens + now.input_tokens, self._used.output_tokens + now.output_tokens
        )

    async def _speak(self) -> AsyncGenerator[str, None]:
        failure: ModelFailure = failures.ModelNotChosen()
        for link in self._pauses.in_order(self._links):
            began = False
            try:
                async with aclosing(self._spoken_by(link)) as pieces:
                    async for piece in pieces:
                        began = True
                        yield piece
            except ModelFailure as error:
                failure = self._noted(link, error)
                if began or isinstance(error, ENDS_THE_CHAIN) or not self._may_go_on():
                    raise failure from error.__cause__
            else:
                self._pauses.end(link)
                if link.key_id is not None:
                    self._notes.worked(self._tenant_id, link)
                return
            if self._is_late:
                break
            log.info("model_next_in_chain", code=failure.code)
        raise failure

    async def _spoken_by(self, link: Link) -> AsyncGenerator[str, None]:
        self._used, self._speaking = self.usage, None
        self.answered_by = link
        left = max(0.0, self._deadline - self._now())
        async with await self._opens(link, replace(self._limits, overall_s=left)) as spoken:
            self._speaking = spoken
            async for piece in spoken:
                yield piece
            self.finish_reason = spoken.finish_reason

    def _noted(self, link: Link, error: ModelFailure) -> ModelFailure:
        """The failure, as whoever chats and whoever reads the log may see it."""
        state = FOR_A_PERSON.get(type(error))
        if state is not None:
            self._pauses.begin(link, PERSON_PAUSE_S)
        elif error.retryable:
            self._pauses.begin(link, min(error.retry_after_s or BUSY_PAUSE_S, MOST_PAUSE_S))
        if link.key_id is None:
            return error
        if state is not None:
            self._notes.failed(self._tenant_id, link, state)
            if not isinstance(error, failures.ModelKeyUnreadable):
                error.message = OF_OWN_KEY
        if error.said is not None:  # what a stranger says of a key is not for our logs
            error.said = Said(error.said.status, "")
        error.setting = None
        return error
