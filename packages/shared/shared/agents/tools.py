"""Which tools an employee can be given, by name. What each does, `orchestrator.tools` knows."""

from shared.config import settings

BUILT_IN = ("clock", "count")
SCRIPTED = ("order", "notify")
"""Those that act on the scripted service."""


def tool_names() -> tuple[str, ...]:
    """Those there are here: the scripted ones only where development is set up."""
    is_there = settings.channels.development and settings.worker.scripted_service_url
    return (*BUILT_IN, *SCRIPTED) if is_there else BUILT_IN
