"""What the agent knows when it answers: who it is, and as much of the conversation as fits.

The newest turns come first into the token budget, so the cost is the same for a conversation of
ten messages and of a hundred thousand.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shared.config import settings
from shared.conversations.said_before import Said
from shared.conversations.turns.claiming import AgentAtWork
from shared.model_tokens import tokens_at_most, tokens_of
from shared.plain_text import plain_line

from orchestrator.llm import Prompt, Turn, Usage, without_thoughts

MAX_TURNS = 60
TOKENS_PER_TURN = 6
"""What a turn's frame costs beside its text."""


def build_prompt(
    agent: AgentAtWork, said_before: Sequence[Said], text: str, rule: str = ""
) -> Prompt:
    """Instructions, the newest turns that fit, and what is said now. `said_before` is newest
    first; `rule` is the channel's own instruction."""
    instructions = f"{_instructions(agent)}\n\n{rule}".strip()
    budget = settings.model.context_tokens - settings.model.max_answer_tokens
    budget -= _tokens(instructions) + _tokens(text)
    turns = [_turn(said) for said in said_before]
    if not _surely_fit(turns, budget):
        turns = list(_that_fit(turns, budget))
    return Prompt(instructions=instructions, history=turns[::-1], text=text)


def _turn(said: Said) -> Turn:
    """The agent speaks as assistant. Whoever else speaks is on the person's side to a model that
    knows two, so what a colleague or a notice says is told apart."""
    if said.role == "assistant" and said.author_kind in (None, "agent"):
        return Turn("assistant", without_thoughts(said.text))
    return Turn("user", as_read(said))


def as_read(said: Said) -> str:
    """What somebody else than the agent said, as the model reads it: who of several said it, what
    came with it, and whether it came late."""
    text = said.text
    for part in said.parts or ():
        if part.get("kind") == "file":
            text = f"{text}\n[{_file(part)}, which you cannot open]".lstrip()
        elif part.get("kind") == "arrived_late":
            text = f"[written {str(part.get('sent_at'))[:16]}, arrived late:] {text}"
    match said.author_kind:
        case "member":
            return f"[{said.author_name or 'somebody'}, a colleague, wrote {said.at}:] {text}"
        case "edit":
            return f"[An earlier message was changed at {said.at}, to:] {text}"
        case "system":
            return f"[{said.at}: {text}]"
        case "contact" if said.author_name is not None:
            return f"[{_plain(said.author_name)}:] {text}"
        case _:
            return text


MAX_NAME_CHARS = 60


def _plain(name: str) -> str:
    """A name that people give themselves, so that it cannot end the brackets it stands in."""
    return plain_line(name.translate(_BRACKETS))[:MAX_NAME_CHARS] or "somebody"


_BRACKETS = str.maketrans("[]", "()")


def _file(part: Mapping[str, Any]) -> str:
    size = part.get("size")
    how_big = f", {_size(size)}" if isinstance(size, int) else ""
    return f"sent {_plain(str(part.get('name') or 'a file'))}{how_big}"


def _size(size: int) -> str:
    for unit, bytes_ in (("MB", 1_000_000), ("KB", 1_000)):
        if size >= bytes_:
            return f"{round(size / bytes_, 1):g} {unit}"
    return f"{size} bytes"


def _surely_fit(turns: Sequence[Turn], budget: int) -> bool:
    """Known without counting each, as of most conversations."""
    said = "".join([turn.content for turn in turns])
    return tokens_at_most(said) + len(turns) * (TOKENS_PER_TURN + 1) <= budget


def _that_fit(turns: Sequence[Turn], budget: int) -> Iterator[Turn]:
    for turn in turns:
        budget -= _tokens(turn.content)
        if budget < 0:
            return
        yield turn


def estimated_usage(prompt: Prompt, said: str) -> Usage:
    """What an answer cost of which the model has not told: stopped, cut off, or never counted."""
    asked = (prompt.instructions, prompt.text, *(turn.content for turn in prompt.history))
    return Usage(input_tokens=sum(map(_tokens, asked)), output_tokens=_tokens(said))


def _instructions(agent: AgentAtWork) -> str:
    who = f"You are {agent.name}" + (f", {agent.role}." if agent.role else ".")
    return f"{who}\n\n{agent.instructions}".strip()


def _tokens(text: str) -> int:
    return TOKENS_PER_TURN + tokens_of(text)
