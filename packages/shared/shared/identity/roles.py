"""The roles people act in."""

from typing import Literal, get_args

Role = Literal["platform_admin", "customer_admin", "customer_operator"]
MemberRole = Literal["customer_admin", "customer_operator"]
"""The roles that belong to a membership in a tenant."""

ROLES: frozenset[str] = frozenset(get_args(Role))
PLATFORM_ADMIN: Role = "platform_admin"
CUSTOMER_ADMIN: Role = "customer_admin"
MAY_ADMINISTER: frozenset[str] = frozenset({PLATFORM_ADMIN, CUSTOMER_ADMIN})
