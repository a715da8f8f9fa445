"""An employee's tools as pydantic-ai takes them."""

from collections.abc import Sequence
from functools import cache
from hashlib import sha256

import orjson
from pydantic_ai import FunctionToolset, RunContext
from pydantic_ai.tools import Tool as DefinedTool

from orchestrator.llm.calls import Tool
from orchestrator.llm.deps import AgentDeps

__all__ = ["RunContext", "definition_hash", "toolset_of"]


def toolset_of(tools: Sequence[Tool]) -> FunctionToolset[AgentDeps]:
    return FunctionToolset([_defined(tool) for tool in tools])


@cache
def definition_hash(tool: Tool) -> str:
    """Of all that a model is told of the tool."""
    told = _defined(tool).tool_def
    definition = [told.name, told.description, told.parameters_json_schema]
    return sha256(orjson.dumps(definition, option=orjson.OPT_SORT_KEYS)).hexdigest()


@cache
def _defined(tool: Tool) -> DefinedTool[AgentDeps]:
    return DefinedTool(tool.act, name=tool.name, takes_ctx=True)
