"""The register of this process's sockets: to check one person's again, and to drain all."""

import asyncio
from typing import Protocol
from uuid import UUID

AT_ONCE_MS = 100


class Socket(Protocol):
    """What the register needs of a socket. Neither method may block."""

    @property
    def user_id(self) -> UUID: ...

    def recheck_access(self) -> None: ...
    def go_away(self, after_ms: int) -> None: ...


class Sockets:
    """Every authenticated socket, by person."""

    def __init__(self) -> None:
        self._by_user: dict[UUID, set[Socket]] = {}
        self._empty = asyncio.Event()
        self._empty.set()
        self._going_away = False

    def __len__(self) -> int:
        return sum(len(sockets) for sockets in self._by_user.values())

    def add(self, socket: Socket) -> None:
        self._by_user.setdefault(socket.user_id, set()).add(socket)
        self._empty.clear()
        if self._going_away:
            socket.go_away(AT_ONCE_MS)

    def remove(self, socket: Socket) -> None:
        sockets = self._by_user.get(socket.user_id)
        if sockets is not None:
            sockets.discard(socket)
            if not sockets:
                del self._by_user[socket.user_id]
        if not self._by_user:
            self._empty.set()

    def of(self, user_id: UUID) -> tuple[Socket, ...]:
        return tuple(self._by_user.get(user_id, ()))

    def all(self) -> tuple[Socket, ...]:
        return tuple(socket for sockets in self._by_user.values() for socket in sockets)

    async def drain(self, timeout_s: float, spread_ms: int) -> None:
        """Tell every socket to reconnect elsewhere, spread over `spread_ms`, and wait up to
        `timeout_s` for them to leave."""
        self._going_away = True
        sockets = self.all()
        for number, socket in enumerate(sockets):
            socket.go_away(after_ms=AT_ONCE_MS + spread_ms * number // max(1, len(sockets)))
        try:
            async with asyncio.timeout(timeout_s):
                await self._empty.wait()
        except TimeoutError:
            pass
