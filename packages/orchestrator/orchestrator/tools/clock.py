"""The time, which no model knows."""

from datetime import UTC, datetime

from orchestrator.llm import AgentDeps, RunContext, Tool


async def tell_time(ctx: RunContext[AgentDeps]) -> str:  # noqa: ARG001 - every tool is given it
    """The date and time now, in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


CLOCK = Tool("clock", "looks at the clock", "read", tell_time)
