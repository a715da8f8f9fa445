"""What the agent knows when it answers: who it is, and as much of the conversation as fits.

The newest turns come first into the token budget, so the cost is the same for a conversation of
ten messages and of a hundred thousand.
"""

from collections.abc import Iterator, Sequence

from shared.config import settings
from shared.conversations.said_before import Said
from shared.conversations.turns.claiming import AgentAtWork
from shared.model_tokens import tokens_at_most, tokens_of

from orchestrator.llm import Prompt, Turn, Usage, without_thoughts

MAX_TURNS = 60
TOKENS_PER_TURN = 6
"""What a turn's frame costs beside its text."""


def build_prompt(agent: AgentAtWork, said_before: Sequence[Said], text: str) -> Prompt:
    """Instructions, the newest turns that fit, and what is said now. `said_before` is newest
    first."""
    instructions = _instructions(agent)
    budget = settings.model.context_tokens - settings.model.max_answer_tokens
    budget -= _tokens(instructions) + _tokens(text)
    turns = [_turn(said) for said in said_before]
    if not _surely_fit(turns, budget):
        turns = list(_that_fit(turns, budget))
    return Prompt(instructions=instructions, history=turns[::-1], text=text)


def _turn(said: Said) -> Turn:
    """The agent speaks as assistant. Whoever else speaks is on the person's side to a model that
    knows two, so what a colleague or a notice says is told apart."""
    match said.author_kind:
        case None | "agent" | "user" | "contact":
            if said.role == "assistant":
                return Turn("assistant", without_thoughts(said.text))
            return Turn("user", said.text)
        case "member":
            who = said.author_name or "somebody"
            return Turn("user", f"[{who}, a colleague, wrote {said.at}:] {said.text}")
        case "edit":
            return Turn("user", f"[An earlier message was changed at {said.at}, to:] {said.text}")
        case _:
            return Turn("user", f"[{said.at}: {said.text}]")


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
