"""Counting: numbers that an employee keeps, such as how many people asked for a refund."""

from shared.agents import counters

from orchestrator.llm import AgentDeps, RunContext, Tool, ToolRefused


async def count(ctx: RunContext[AgentDeps], name: str, by: int = 1) -> int:
    """Add to one of your counters and tell what it says then.

    Args:
        name: What is counted, in a word or two.
        by: How many to add.
    """
    if not counters.is_name(name) or abs(by) > counters.MOST_AT_ONCE:
        raise ToolRefused(
            f"A counter has a name of 1 to {counters.MAX_NAME_CHARS} characters, and at most "
            f"{counters.MOST_AT_ONCE} are added at once."
        )
    async with ctx.deps.session() as session:
        return await counters.add(session, ctx.deps.tenant_id, ctx.deps.agent_id, name, by)


COUNT = Tool("count", "counts", "ours", count)
