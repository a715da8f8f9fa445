"""Who writes on the scripted WhatsApp. A person has a number and, for each business, an id."""

import hashlib
from dataclasses import dataclass, field


@dataclass
class Person:
    """`hidden`: has a user name, so that businesses are not told the number."""

    name: str
    wa_id: str
    hidden: bool = False
    moves: int = 0
    """How often the number has changed, with which the id does, too."""
    blocks: bool = False
    """Takes nothing: what is sent fails with 131026."""
    last_wrote_at: dict[str, float] = field(default_factory=dict)
    """To each number."""

    def user_id(self, business: str) -> str:
        """The business-scoped id."""
        known = f"{business}/{self.name}/{self.moves}".encode()
        return f"US.{int(hashlib.sha256(known).hexdigest()[:15], 16)}"

    def contact(self, business: str) -> dict[str, object]:
        """As it stands in a webhook's `contacts`."""
        shown: dict[str, object] = {"profile": {"name": self.name.title()}}
        if not self.hidden:
            shown["wa_id"] = self.wa_id
        return shown | {"user_id": self.user_id(business)}

    def author(self, business: str) -> dict[str, object]:
        """As a message names its author."""
        own: dict[str, object] = {} if self.hidden else {"from": self.wa_id}
        return own | {"from_user_id": self.user_id(business)}


def number_of(name: str) -> str:
    """A phone number for a name, always the same."""
    return f"1650{int(hashlib.sha256(name.encode()).hexdigest()[:12], 16) % 10**7:07}"
