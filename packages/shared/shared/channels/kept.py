"""How a credential is kept, as its channel's form says it at the field.

`bot_token: Annotated[SecretStr, Kept("send")]`
"""

from dataclasses import dataclass
from typing import Literal

Way = Literal["send", "verify", "compare"]


@dataclass(frozen=True, slots=True)
class Kept:
    """`send`: workers alone can open it. `verify`: gateways can open it too. `compare`: only its
    SHA-256 is kept. One that is `made` comes from the worker that proves the account, and nobody
    is asked for it."""

    way: Way
    made: bool = False
