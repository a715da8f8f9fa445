"""To whom a delivery goes, as it is shown to those who run the installation."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from shared.db import AnySession
from shared.masking import masked
from shared.models import Delivery

A_GROUP = "a group"
UNKNOWN = "?"

_RECIPIENTS = text(
    """
    SELECT DISTINCT ON (delivery.id) delivery.id, its.contact_id IS NULL,
           coalesce(address.display_name, contact.display_name),
           coalesce(address.number, address.external_id)
      FROM deliveries AS delivery
      JOIN channel_conversations AS its
        ON its.tenant_id = delivery.tenant_id AND its.id = delivery.conversation_id
      LEFT JOIN contacts AS contact
        ON contact.tenant_id = its.tenant_id AND contact.id = its.contact_id
      LEFT JOIN contact_addresses AS address
        ON address.contact_id = contact.id AND address.connection_id = delivery.connection_id
     WHERE delivery.id = ANY (:ids)
     ORDER BY delivery.id, address.updated_at DESC
    """
)


async def recipients(session: AnySession, deliveries: Sequence[Delivery]) -> Mapping[UUID, str]:
    """Of each delivery a name, and as much of an address as tells whose it is."""
    found = await session.execute(_RECIPIENTS, {"ids": [each.id for each in deliveries]})
    return {
        id_: A_GROUP if is_group else _shown(name, address)
        for id_, is_group, name, address in found
    }


def _shown(name: str | None, address: str | None) -> str:
    return " ".join(part for part in (name, address and masked(address)) if part) or UNKNOWN
