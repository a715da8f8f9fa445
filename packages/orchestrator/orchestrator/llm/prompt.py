"""What goes into an answer and what it is bounded by: plain values, known to no SDK."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple
from uuid import UUID


class Turn(NamedTuple):
    """Something said earlier in the conversation."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the model is asked: who it is, what was said, and what is said now."""

    instructions: str
    history: Sequence[Turn]
    text: str


BETWEEN_TURNS = "\n\n"


def as_providers_take_it(prompt: Prompt) -> Prompt:
    """The same talk, in which user and assistant take turns and the user begins and ends.

    Many models refuse anything else. A message whose answer failed stands before the next one of
    the same person; an answer whose message is not told any more is not told either.
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
    if not turns or turns[-1].role == "assistant":  # what is said now is empty
        return Prompt(prompt.instructions, turns, prompt.text)
    return Prompt(prompt.instructions, turns[:-1], turns[-1].content)


@dataclass(frozen=True, slots=True)
class AgentDeps:
    """For whom an agent works; tools read it from the run's context, never from model arguments."""

    tenant_id: UUID
    agent_id: UUID
    thread_id: str
    """The conversation, on the web."""


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class AnswerLimits:
    """How long and how much an answer may be; times are seconds."""

    first_byte_s: float = 60.0
    """From each request to the model's first event."""
    between_pieces_s: float = 30.0
    """From one event to the next while the model speaks."""
    overall_s: float = 120.0
    """The whole answer, tool calls among it."""
    max_answer_tokens: int = 1_024
    """Asked of the model; it stops there by itself."""
    max_answer_chars: int = 64_000
    """Where we stop a model that does not."""
    max_requests: int = 8
    """Turns between the model and its tools."""
