"""What proves an account: kept with its connection, read by whoever verifies or sends.

It is not sealed, so accounts can be connected only where the development channels are on.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from shared.channels import forms
from shared.config import settings
from shared.errors import BadRequest
from shared.models import ChannelConnection
from shared.models.message import ChannelType

DEVELOPMENT_CHANNELS = frozenset({ChannelType.SCRIPTED})
"""Connected only where KONSTRUCT_DEVELOPMENT_CHANNELS is on: what they say comes from a script."""
_FIELD = "credentials"


def keep(connection: ChannelConnection, given: Mapping[str, str]) -> None:
    """These, beside those that it has. Of one that is only compared its SHA-256 is kept. Raises
    BadRequest where credentials must not lie open."""
    if not settings.channels.development:
        raise BadRequest(f"The channel {connection.channel_type} cannot be connected yet.")
    ways = forms.kept(connection.channel_type)
    kept = {
        name: digest(value) if ways[name].way == "compare" else value
        for name, value in given.items()
    }
    connection.config = {**connection.config, _FIELD: of(connection.config) | kept}


def digest(value: str) -> str:
    """What is kept of a credential that is only compared."""
    return hashlib.sha256(value.encode()).hexdigest()


def forget(connection: ChannelConnection) -> None:
    connection.config = {name: kept for name, kept in connection.config.items() if name != _FIELD}


def of(config: dict[str, Any]) -> dict[str, str]:
    kept: dict[str, str] = config.get(_FIELD, {})
    return kept
