"""Whose rows a transaction may see: its scope, said to PostgreSQL once, when it begins.

Row-level security compares rows with what was said. What was not said, or is empty, shows nothing,
so a scope that was forgotten is an empty page and never somebody else's.

`TenantScope`   a tenant's plain tables.
`StaffScope`    these, and what a tenant's people keep among themselves, for one of them.
`PersonScope`   these, and what is one person's own: for whatever reads on that person's behalf.
`HouseScope`    these, and both sides of a conversation, for a whole transaction of our own that
                hands nothing of it to a person; it names what for.
`SystemScope`   every tenant's rows, under a role of its own; it names what for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

SYSTEM_ROLE = "konstruct_system"

SystemPurpose = Literal["identity", "platform_admin", "sweep", "lease", "setup"]
HousePurpose = Literal["receive", "reset", "hand_over", "outcome", "send", "listen", "jobs"]

TENANT = "app.current_tenant"


@dataclass(frozen=True, slots=True)
class TenantScope:
    SETTINGS: ClassVar = (TENANT,)
    tenant_id: UUID

    def values(self) -> tuple[UUID | str, ...]:
        return (self.tenant_id,)


@dataclass(frozen=True, slots=True)
class StaffScope:
    SETTINGS: ClassVar = (TENANT, "app.staff")
    tenant_id: UUID
    member_id: UUID

    def values(self) -> tuple[UUID | str, ...]:
        return self.tenant_id, self.member_id


@dataclass(frozen=True, slots=True)
class PersonScope:
    SETTINGS: ClassVar = (TENANT, "app.person")
    tenant_id: UUID
    person_id: UUID
    """A portal user's id, or a contact's."""

    def values(self) -> tuple[UUID | str, ...]:
        return self.tenant_id, self.person_id


@dataclass(frozen=True, slots=True)
class HouseScope:
    SETTINGS: ClassVar = (TENANT, "app.house")
    tenant_id: UUID
    purpose: HousePurpose

    def values(self) -> tuple[UUID | str, ...]:
        return self.tenant_id, self.purpose


@dataclass(frozen=True, slots=True)
class SystemScope:
    SETTINGS: ClassVar = ("role",)
    purpose: SystemPurpose
    """For the reader, and for the test that lists who works as the system."""

    def values(self) -> tuple[UUID | str, ...]:
        return (SYSTEM_ROLE,)


OfOneTenant = TenantScope | StaffScope | PersonScope | HouseScope
Scope = OfOneTenant | SystemScope


def saying(settings: Iterable[str], values: Iterable[str]) -> str:
    """The one statement that says a scope; `values` are SQL. Each setting ends with the
    transaction."""
    pairs = zip(settings, values, strict=True)
    return "SELECT " + ", ".join(f"set_config('{name}', {value}, true)" for name, value in pairs)
