"""Telegram, as far as a bot sees it, for tests and development: its Bot API over real HTTP.

People write to its bots, in private or in groups, and it delivers updates to a webhook or to
whoever polls. It takes messages, refuses them in Telegram's own words, and misbehaves as it is
told. docs/scripted-telegram.md is its page. `python -m orchestrator.scripted_telegram --port 0`
serves it as a process; `ScriptedTelegram` on the running event loop. It shares no code with the
adapter that speaks to it.
"""

from orchestrator.scripted_channel.faults import BadFault, Fault
from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_telegram.bot import Bot, Received
from orchestrator.scripted_telegram.chats import Given
from orchestrator.scripted_telegram.server import ScriptedTelegram
from orchestrator.scripted_telegram.updates import SECRET_HEADER

__all__ = [
    "SECRET_HEADER",
    "BadFault",
    "Bot",
    "Fault",
    "Given",
    "How",
    "Received",
    "ScriptedTelegram",
]
