"""The Web API's methods, by name, each with the scope it needs."""

from orchestrator.scripted_slack.methods.accounts import ACCOUNTS
from orchestrator.scripted_slack.methods.chat import CHAT
from orchestrator.scripted_slack.methods.conversations import CONVERSATIONS
from orchestrator.scripted_slack.methods.method import Asked, Method, SlackError

METHODS: dict[str, Method] = {**ACCOUNTS, **CHAT, **CONVERSATIONS}

__all__ = ["METHODS", "Asked", "Method", "SlackError"]
