"""The input and the bounds of an answer: plain values that know no SDK."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple


class Turn(NamedTuple):
    """An earlier message of the conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """The model's input: the agent's instructions, the history, and the new message."""

    instructions: str
    history: Sequence[Turn]
    text: str


BETWEEN_TURNS = "\n\n"


def as_providers_take_it(prompt: Prompt) -> Prompt:
    """The same prompt with user and assistant taking turns, the user first and last.

    Many models refuse anything else. A message whose answer failed is joined with the same person's
    next one. An answer whose message has been cut from the history is cut too.
    """
    turns: list[Turn] = []
    for turn in (*prompt.history, Turn("user", prompt.text)):
        if not turn.content or (not turns and turn.role == "assistant"):
            continue
        if turns and turns[-1].role == turn.role:
            said = turns.pop().content + BETWEEN_TURNS + turn.content
            turns.append(Turn(turn.role, said))
        else:
            turns.append(turn)
    if not turns or turns[-1].role == "assistant":  # the new message is empty
        return Prompt(prompt.instructions, turns, prompt.text)
    return Prompt(prompt.instructions, turns[:-1], turns[-1].content)


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How long and how large an answer may be; times are seconds."""

    first_byte_s: float = 60.0
    """From each request to the model's first event."""
    between_pieces_s: float = 30.0
    """From one event to the next."""
    overall_s: float = 120.0
    """The whole answer, tool calls included."""
    max_answer_tokens: int = 1_024
    """Sent to the model, which stops there by itself."""
    max_answer_chars: int = 64_000
    """We stop a longer answer."""
    max_requests: int = 8
    """Requests to the model, with tool calls between them."""
    max_tool_calls: int = 32
    """In all of them together."""
