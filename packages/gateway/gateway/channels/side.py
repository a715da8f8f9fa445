"""What differs between those who talk to an agent on a page of ours: a member, or a visitor."""

from typing import Any, Protocol

from shared.errors import KonstructError
from shared.events import AuthFrame
from shared.models.message import KonstructMessage

from gateway.realtime.identified import Claims


class Side(Protocol):
    def message(self, text: str) -> tuple[KonstructMessage, dict[str, str]]:
        """What they say, and the extras by which its answer finds them."""

    async def still_may(self, claims: Any) -> None:
        """Raises NotAuthenticated, Forbidden."""

    async def require_access(self) -> None:
        """The same for the newest claims of the socket, before anything is done for them."""

    async def require_room(self) -> None:
        """Count one more message. Raises TooMany."""

    async def renewed(self, frame: AuthFrame) -> Claims:
        """The claims of a fresh token. Raises NotAuthenticated."""

    async def not_answered(self, error: KonstructError) -> None:
        """Their message was refused, perhaps because nobody can answer any."""

    def tell_lists(self) -> None:
        """Something was said: tell who shows a list of conversations."""
