"""The seam between Konstruct and language models; nothing outside it knows a model SDK."""

from orchestrator.llm.answer import open_answer
from orchestrator.llm.bounds import AnswerStream
from orchestrator.llm.calls import Act, Record, RunLost, Told, Tool, ToolRefused, WantedCall
from orchestrator.llm.deps import AgentDeps, CallAtWork, OpenSession, call_at_work
from orchestrator.llm.failures import ModelFailure, told
from orchestrator.llm.models import ModelRegistry
from orchestrator.llm.own_keys import OwnKeys
from orchestrator.llm.prompt import AnswerLimits, Prompt, Turn, Usage
from orchestrator.llm.thoughts import without_thoughts
from orchestrator.llm.toolset import RunContext
from orchestrator.llm.trying_keys import models_of, try_key

__all__ = [
    "Act",
    "AgentDeps",
    "AnswerLimits",
    "AnswerStream",
    "CallAtWork",
    "ModelFailure",
    "ModelRegistry",
    "OpenSession",
    "OwnKeys",
    "Prompt",
    "Record",
    "RunContext",
    "RunLost",
    "Told",
    "Tool",
    "ToolRefused",
    "Turn",
    "Usage",
    "WantedCall",
    "call_at_work",
    "models_of",
    "open_answer",
    "told",
    "try_key",
    "without_thoughts",
]
