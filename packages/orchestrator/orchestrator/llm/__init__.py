"""The seam between Konstruct and language models; nothing outside it knows a model SDK."""

from orchestrator.llm.answer import open_answer
from orchestrator.llm.bounds import AnswerStream
from orchestrator.llm.failures import ModelFailure, told
from orchestrator.llm.models import ModelRegistry
from orchestrator.llm.prompt import AgentDeps, AnswerLimits, Prompt, Turn, Usage
from orchestrator.llm.thoughts import without_thoughts

__all__ = [
    "AgentDeps",
    "AnswerLimits",
    "AnswerStream",
    "ModelFailure",
    "ModelRegistry",
    "Prompt",
    "Turn",
    "Usage",
    "open_answer",
    "told",
    "without_thoughts",
]
