"""Hears revocations of access, and has the person's live sockets checked."""

from uuid import UUID

from shared.channels.widget.visitors import visits
from shared.identity.access import access

from gateway.realtime.published import Published
from gateway.realtime.sockets import Sockets


class Revocations:
    """Listens on the access-revoked channel."""

    def __init__(self, sockets: Sockets) -> None:
        self._sockets = sockets

    def deliver(self, frame: Published) -> None:
        try:
            user_id = UUID(str(frame.fields.get("user_id")))
        except ValueError:
            return
        access.forget(user_id)
        visits.forget(user_id)
        for socket in self._sockets.of(user_id):
            socket.recheck_access()

    def resync(self) -> None:
        """Valkey was away, so a revocation may have been missed: check everyone."""
        access.forget_all()
        visits.forget_all()
        for socket in self._sockets.all():
            socket.recheck_access()
