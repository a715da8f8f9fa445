"""Hears that an account or its secrets have changed, and drops what this gateway knows of it."""

from uuid import UUID

from shared.channels.known_accounts import known_accounts

from gateway.realtime.published import Published


class ChangedAccounts:
    """Listens on the account-changed channel."""

    def deliver(self, frame: Published) -> None:
        try:
            connection_id = UUID(str(frame.fields.get("connection_id")))
        except ValueError:
            return
        known_accounts.forget(connection_id)

    def resync(self) -> None:
        """Valkey was away, so a change may have been missed."""
        known_accounts.forget_all()
