"""A call of the Web API as its method gets it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from orchestrator.scripted_slack.workspace import Channel, Workspace

Answer = dict[str, Any]


class SlackError(Exception):
    """The call is answered `ok: false` with this `error`."""

    def __init__(self, error: str, **more: Any) -> None:
        super().__init__(error)
        self.answer = {"ok": False, "error": error, **more}


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose call it is, with its arguments."""

    workspace: Workspace
    arguments: dict[str, Any]
    base_url: str

    def required(self, name: str, error: str = "invalid_arguments") -> str:
        value = self.arguments.get(name)
        if value is None or value == "":
            raise SlackError(error)
        return str(value)

    def channel(self) -> Channel:
        """The channel it names; a person's id is the direct messages with them."""
        name = self.required("channel", "channel_not_found")
        found = self.workspace.channels.get(name)
        if found is None and name in self.workspace.people:
            found = self.workspace.direct(self.workspace.people[name])
        if found is None:
            raise SlackError("channel_not_found")
        return found


@dataclass(frozen=True, slots=True)
class Method:
    """`scopes`: one of these is needed; none for what any token may do."""

    do: Callable[[Asked], Answer]
    scopes: tuple[str, ...] = ()
