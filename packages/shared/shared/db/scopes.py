"""A transaction's scope: whose rows it may see. It is sent to PostgreSQL once, when it begins.

Row-level security compares rows with the scope's settings. A setting that is missing or empty shows
nothing, so a forgotten scope gives an empty page and never another tenant's rows.

`TenantScope`   a tenant's plain tables.
`StaffScope`    also what a tenant's staff keeps among itself, for one member.
`PersonScope`   also one person's own rows, for code that reads on that person's behalf.
`HouseScope`    also both sides of a conversation, for our own whole transactions, which
                return nothing of it to a person; it names its purpose.
`SystemScope`   every tenant's rows, under a role of its own; it names its purpose.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal
from uuid import UUID

SYSTEM_ROLE = "konstruct_system"

SystemPurpose = Literal[
    "identity", "platform_admin", "sweep", "lease", "setup", "inbound", "jobs", "verify", "secrets"
]
HousePurpose = Literal[
    "receive", "reset", "hand_over", "outcome", "send", "listen", "jobs", "tools", "visit"
]

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
    """The id of a portal user or of a contact."""

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
    """For the reader, and for the test that lists all uses of the system scope."""

    def values(self) -> tuple[UUID | str, ...]:
        return (SYSTEM_ROLE,)


OfOneTenant = TenantScope | StaffScope | PersonScope | HouseScope
Scope = OfOneTenant | SystemScope


def saying(settings: Iterable[str], values: Iterable[str]) -> str:
    """The SQL statement that sets the scope; `values` are SQL expressions. The settings end with
    the transaction."""
    pairs = zip(settings, values, strict=True)
    return "SELECT " + ", ".join(f"set_config('{name}', {value}, true)" for name, value in pairs)
