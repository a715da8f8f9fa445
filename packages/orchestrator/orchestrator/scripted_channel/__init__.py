"""A chat platform that does what it is told, for tests and development: real HTTP, real faults.

People write in it and it delivers signed webhooks; it takes messages, refuses, hangs, forgets its
answer or its token, and knows afterwards what it got. docs/scripted-channel.md is its protocol.
`python -m orchestrator.scripted_channel --port 0` serves it as a process; `ScriptedChannel` on the
running event loop. It shares no code with the adapter that speaks to it.
"""

from orchestrator.scripted_channel.account import Account, Received
from orchestrator.scripted_channel.faults import BadFault, Fault
from orchestrator.scripted_channel.server import ScriptedChannel
from orchestrator.scripted_channel.webhooks import How, sign

__all__ = ["Account", "BadFault", "Fault", "How", "Received", "ScriptedChannel", "sign"]
