"""How a model can fail, in words for the person who chats.

The sentences name no address, key or provider message; `said` holds the provider's words, for the
log. `retryable` says whether asking again, unchanged, may help. `setting` is the one to change, for
the installation's default model; `ModelRegistry.explain` adapts it to an agent's own model.

    ModelFailure
    ├── retryable   ModelUnreachable · ModelBusy · ModelBroken · ModelSilent · ModelStalled
    │               ModelTooSlow · ModelCut · ModelGarbage · ModelEmpty
    └── not         ModelKeyRefused · ModelNotPaid · ModelUnknown · ModelNotThere · ModelMoved
                    ModelRejected · ModelTooLong · ModelDeclined · ModelEndless · ModelOnlyThought
                    ModelBlocked · ModelKeyUnreadable · ModelNotChosen
"""

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar

from shared.errors import KonstructError

AGENTS_MODEL = "the agent's model"
"""Named instead of a setting when an agent has a model of its own."""


@dataclass(frozen=True, slots=True)
class Said:
    """The provider's words, for the log: the status and the beginning of the body."""

    status: int
    text: str


class ModelFailure(KonstructError):
    """The model gave no whole answer."""

    status = HTTPStatus.BAD_GATEWAY
    code = "model_failed"
    retryable = True
    sentence: ClassVar[str] = "The language model could not answer. Please try again."

    said: Said | None = None
    retry_after_s: int | None = None
    setting: str | None = None
    """The setting to change, for the log."""

    def __init__(self) -> None:
        super().__init__(self.sentence)

    def wait(self, seconds: int | None) -> None:
        """Store how many seconds to wait, if the provider said so."""
        if seconds is not None and self.retryable:
            self.retry_after_s = seconds
            self.message = re.sub("a (minute|moment)", _duration(seconds), self.sentence)

    def is_mended_by(self, setting: str) -> None:
        """Name another setting than the default model's."""
        if self.setting is not None:
            self.message = self.message.replace(self.setting, setting)
        self.setting = setting


def told(failure: ModelFailure) -> dict[str, int | str]:
    """The provider's words, as fields of the log."""
    said, setting = failure.said, failure.setting
    fields: dict[str, int | str] = {"setting": setting} if setting else {}
    return fields | ({"provider_status": said.status, "provider_said": said.text} if said else {})


class ModelUnreachable(ModelFailure):
    code = "model_unreachable"
    setting: str | None = "KONSTRUCT_LLM_BASE_URL"
    sentence = "The language model cannot be reached right now. Please try again in a moment."


class ModelBusy(ModelFailure):
    code = "model_busy"
    sentence = "The language model has too much to do right now. Please try again in a minute."


class ModelBroken(ModelFailure):
    """The provider answered 5xx, or an error within its stream."""

    code = "model_broken"
    sentence = "The language model's service reported an error. Please try again in a moment."


class ModelSilent(ModelFailure):
    code = "model_silent"
    setting = "KONSTRUCT_LLM_FIRST_BYTE_TIMEOUT_S"
    sentence = "The language model did not begin to answer in time. Please try again."


class ModelStalled(ModelFailure):
    code = "model_stalled"
    setting = "KONSTRUCT_LLM_BETWEEN_PIECES_TIMEOUT_S"
    sentence = "The language model stopped in the middle of its answer. Please try again."


class ModelTooSlow(ModelFailure):
    code = "model_too_slow"
    setting = "KONSTRUCT_RUN_DEADLINE_S"
    sentence = "The answer took too long. Please try again, or ask for something shorter."


class ModelCut(ModelFailure):
    code = "model_cut"
    sentence = "The connection to the language model broke during the answer. Please try again."


class ModelGarbage(ModelFailure):
    code = "model_garbage"
    sentence = "The language model's service sent something unreadable. Please try again."


class ModelEmpty(ModelFailure):
    code = "model_empty"
    sentence = "The language model gave an empty answer. Please try again or say it differently."


class ModelKeyRefused(ModelFailure):
    code = "model_key_refused"
    retryable = False
    setting = "KONSTRUCT_LLM_API_KEY"
    sentence = (
        "The language model's service refused our access. Whoever runs Konstruct must check the "
        "key, KONSTRUCT_LLM_API_KEY."
    )


class ModelUnknown(ModelFailure):
    code = "model_unknown"
    retryable = False
    setting = "KONSTRUCT_LLM_MODEL"
    sentence = (
        "The language model that is set does not exist. Whoever runs Konstruct must set another "
        "as KONSTRUCT_LLM_MODEL."
    )

    def is_of_an_agent(self) -> None:
        """Whether the unknown model is an agent's own."""
        self.setting = AGENTS_MODEL
        self.message = (
            "The language model chosen for this agent does not exist. Another must be chosen in "
            "the agent's settings."
        )


class ModelRejected(ModelFailure):
    """Any other 4xx: the provider does not accept the request."""

    code = "model_rejected"
    retryable = False
    sentence = (
        "The language model's service did not accept this conversation. A shorter message or a new "
        "conversation may help."
    )


class ModelDeclined(ModelFailure):
    code = "model_declined"
    retryable = False
    sentence = "The language model declined to answer this. Saying it differently may help."


class ModelEndless(ModelFailure):
    code = "model_endless"
    retryable = False
    setting = "KONSTRUCT_LLM_MAX_ANSWER_CHARS"
    sentence = "The answer grew longer than allowed. Please ask for something shorter."


class ModelNotPaid(ModelFailure):
    """402, or a quota that is used up."""

    code = "model_not_paid"
    retryable = False
    sentence = (
        "The quota or the credit with the language model's service is used up. Whoever runs "
        "Konstruct must look after the account there."
    )


class ModelNotThere(ModelFailure):
    """404 without a model's error, or a web page: no model server is there."""

    code = "model_not_there"
    retryable = False
    setting = "KONSTRUCT_LLM_BASE_URL"
    sentence = (
        "There is no language model at the address that is set. Whoever runs Konstruct must check "
        "KONSTRUCT_LLM_BASE_URL; it often ends in /v1."
    )


class ModelMoved(ModelFailure):
    """A redirect. Following it would take our key elsewhere."""

    code = "model_moved"
    retryable = False
    setting = "KONSTRUCT_LLM_BASE_URL"
    sentence = (
        "The address of the language model leads to another one. Whoever runs Konstruct must "
        "set that one as KONSTRUCT_LLM_BASE_URL."
    )


class ModelBlocked(ModelFailure):
    """The guard does not let us ask this address."""

    code = "model_blocked_address"
    retryable = False
    sentence = (
        "The address of the language model may not be asked from here. An admin of the business "
        "must look at its models in the settings."
    )


class ModelKeyUnreadable(ModelFailure):
    """A key of the business's does not open. It was sent to nobody."""

    code = "model_key_unreadable"
    retryable = False
    sentence = (
        "The key to the language model cannot be read. An admin of the business must look at its "
        "models in the settings."
    )


class ModelNotChosen(ModelFailure):
    """Nobody may answer: no key of the business's, and not the installation."""

    code = "model_not_chosen"
    retryable = False
    sentence = "No language model is chosen here. An admin must choose one in the settings."


class ModelTooLong(ModelFailure):
    code = "model_too_long"
    retryable = False
    setting = "KONSTRUCT_LLM_CONTEXT_TOKENS"
    sentence = (
        "This is more than the language model can read at once. Please send a shorter message, or "
        "begin a new conversation."
    )


class ModelOnlyThought(ModelFailure):
    """The model reached its token limit while still thinking."""

    code = "model_only_thought"
    retryable = False
    setting = "KONSTRUCT_LLM_MAX_ANSWER_TOKENS"
    sentence = (
        "The language model spent all the length it may use on thinking, before it said anything. "
        "Please ask for less at once; whoever runs Konstruct can raise the limit, "
        "KONSTRUCT_LLM_MAX_ANSWER_TOKENS."
    )


def _duration(seconds: int) -> str:
    if seconds < 90:
        return f"{seconds} second{'s' * (seconds != 1)}"
    return f"{round(seconds / 60)} minutes"
