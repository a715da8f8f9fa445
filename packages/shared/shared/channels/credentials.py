"""What proves an account: kept with its connection, read by whoever verifies or sends.

Only development channels can be connected: what is kept here is not sealed.
"""

from typing import Any

from shared.errors import BadRequest
from shared.models import ChannelConnection
from shared.models.message import ChannelType

DEVELOPMENT_CHANNELS = frozenset({ChannelType.SCRIPTED})
"""Connected only where KONSTRUCT_DEVELOPMENT_CHANNELS is on: what they say comes from a script."""
_FIELD = "credentials"


def keep(connection: ChannelConnection, given: dict[str, str]) -> None:
    """Raises BadRequest for a channel whose credentials must not lie open."""
    if connection.channel_type not in DEVELOPMENT_CHANNELS:
        raise BadRequest(f"The channel {connection.channel_type} cannot be connected yet.")
    connection.config = {**connection.config, _FIELD: given}


def forget(connection: ChannelConnection) -> None:
    connection.config = {name: kept for name, kept in connection.config.items() if name != _FIELD}


def of(config: dict[str, Any]) -> dict[str, str]:
    kept: dict[str, str] = config.get(_FIELD, {})
    return kept
