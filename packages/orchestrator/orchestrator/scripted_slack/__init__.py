"""Slack as far as an app sees it, doing what it is told: real HTTP and WebSockets, real faults.

Workspaces with people, channels, threads and files; the Web API, OAuth with tokens that rotate, the
Events API with its signature and retries, and Socket Mode. `python -m orchestrator.scripted_slack`
serves it as a process; `ScriptedSlack` on the running event loop. It shares no code with the
adapter that speaks to it, and is itself held to Slack's SDK and recorded samples by tests.
"""

from orchestrator.scripted_channel.faults import Fault
from orchestrator.scripted_channel.webhooks import How
from orchestrator.scripted_slack import people
from orchestrator.scripted_slack.dispatch import sign
from orchestrator.scripted_slack.server import ScriptedSlack
from orchestrator.scripted_slack.workspace import App, Installation, Workspace

__all__ = [
    "App",
    "Fault",
    "How",
    "Installation",
    "ScriptedSlack",
    "Workspace",
    "people",
    "sign",
]
