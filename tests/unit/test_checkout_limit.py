"""Hanging up on a database that says nothing, when there is nobody any more."""

import socket
from types import SimpleNamespace

from shared.db.checkout_limit import _hang_up


def test_a_line_that_is_gone_already_is_hung_up_without_a_word() -> None:
    """It runs in a timer, where an exception would be a stack trace in the log."""
    with socket.socket() as never_connected:
        line = SimpleNamespace(closed=False, fileno=never_connected.fileno)
        _hang_up(SimpleNamespace(driver_connection=line), SimpleNamespace(info={}))  # type: ignore[arg-type]
