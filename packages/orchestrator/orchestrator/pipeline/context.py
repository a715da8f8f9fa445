"""What the agent knows when it answers: who it is, and as much of the conversation as fits.

The newest turns come first into the token budget, so the cost is the same for a conversation of
ten messages and of a hundred thousand.
"""

from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from shared.config import settings
from shared.db import TenantSession
from shared.models.message import ChannelType, KonstructMessage
from shared.repositories import chat
from shared.repositories.runs import AgentAtWork, ClaimedRun

from orchestrator.llm import Prompt, Turn

MAX_TURNS = 60
CHARS_PER_TOKEN = 3.5
"""A cautious guess for European languages; exact counting would need each model's tokenizer."""
TOKENS_PER_TURN = 6
"""What a turn's frame costs beside its text."""

HistoryReader = Callable[[TenantSession, ClaimedRun], Awaitable[Sequence[Turn]]]


async def read_context(
    session: TenantSession, run: ClaimedRun, message: KonstructMessage
) -> Prompt:
    """What the model is asked for this run."""
    read_history = _HISTORY.get(message.channel)
    history = await read_history(session, run) if read_history else ()
    return build_prompt(run.agent, history, message.content.text)


def build_prompt(agent: AgentAtWork, history: Sequence[Turn], text: str) -> Prompt:
    """Instructions, the newest turns that fit, and what is said now. `history` is oldest first."""
    instructions = _instructions(agent)
    budget = settings.llm_context_tokens - settings.llm_max_answer_tokens
    budget -= _tokens(instructions) + _tokens(text)
    kept: list[Turn] = []
    for turn in reversed(history):
        budget -= _tokens(turn.content)
        if budget < 0:
            break
        kept.append(turn)
    return Prompt(instructions=instructions, history=kept[::-1], text=text)


def _instructions(agent: AgentAtWork) -> str:
    who = f"You are {agent.name}" + (f", {agent.role}." if agent.role else ".")
    return f"{who}\n\n{agent.instructions}".strip()


def _tokens(text: str) -> int:
    return TOKENS_PER_TURN + int(len(text) / CHARS_PER_TOKEN)


async def _web_history(session: TenantSession, run: ClaimedRun) -> list[Turn]:
    """What was said before the message, without answers that failed."""
    said = await chat.said_before(
        session, UUID(run.thread_id), UUID(run.message_id), limit=MAX_TURNS
    )
    return [Turn("assistant" if role == "assistant" else "user", text) for role, text in said]


_HISTORY: dict[ChannelType, HistoryReader] = {ChannelType.WEB: _web_history}
