"""How a model can fail, in words for the person who chats.

The sentences name no address, key or provider message; the SDK's error is the exception's cause,
for the log. `retryable` says whether asking again, unchanged, may help.

    ModelFailure
    ├── retryable      ModelUnreachable · ModelBusy · ModelBroken · ModelSilent · ModelStalled
    │                  ModelTooSlow · ModelCut · ModelGarbage · ModelEmpty
    └── not            ModelKeyRefused · ModelUnknown · ModelRejected · ModelDeclined · ModelEndless
"""

from http import HTTPStatus
from typing import ClassVar

from shared.errors import KonstructError


class ModelFailure(KonstructError):
    """The model gave no whole answer."""

    status = HTTPStatus.BAD_GATEWAY
    code = "model_failed"
    retryable = True
    sentence: ClassVar[str] = "The language model could not answer. Please try again."

    def __init__(self) -> None:
        super().__init__(self.sentence)


class ModelUnreachable(ModelFailure):
    code = "model_unreachable"
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
    sentence = "The language model did not begin to answer in time. Please try again."


class ModelStalled(ModelFailure):
    code = "model_stalled"
    sentence = "The language model stopped in the middle of its answer. Please try again."


class ModelTooSlow(ModelFailure):
    code = "model_too_slow"
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
    sentence = (
        "The language model's service refused our access. An administrator must check the key in "
        "the model settings."
    )


class ModelUnknown(ModelFailure):
    code = "model_unknown"
    retryable = False
    sentence = (
        "The language model chosen for this agent does not exist. An administrator must choose "
        "another in the agent's settings."
    )


class ModelRejected(ModelFailure):
    """Any other 4xx: the request itself is what the provider does not take."""

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
    sentence = "The answer grew longer than allowed. Please ask for something shorter."
