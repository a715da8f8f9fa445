"""People without a log-in, found by the address they write from, or made.

An address is inserted first and read after, since two deliveries may make it at once.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from shared.db import HouseSession


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it. `external_id` is what the platform promises to keep; a number may move."""

    external_id: str
    display_name: str | None = None
    number: str | None = None
    language: str | None = None


_ADDRESS = text(
    """
    SELECT address.contact_id, address.display_name, address.number
      FROM contact_addresses AS address
     WHERE address.connection_id = :connection_id AND address.external_id = :external_id
    """
)
# The address refers to a contact that is there when the statement ends: none is made for nobody.
_ADD_CONTACT = text(
    """
    WITH address AS (
        INSERT INTO contact_addresses (tenant_id, contact_id, connection_id, external_id,
                                       display_name, number)
        VALUES (:tenant_id, gen_random_uuid(), :connection_id, :external_id, :display_name, :number)
        ON CONFLICT (connection_id, external_id) DO NOTHING
        RETURNING contact_id
    )
    INSERT INTO contacts (id, tenant_id, display_name, language)
    SELECT contact_id, :tenant_id, :display_name, :language FROM address
    RETURNING id
    """
)
_RENAME_ADDRESS = text(
    """
    UPDATE contact_addresses AS address
       SET display_name = :display_name, number = :number, updated_at = clock_timestamp()
     WHERE address.connection_id = :connection_id AND address.external_id = :external_id
    """
)
_MOVE_NUMBER = text(
    """
    UPDATE contact_addresses AS address
       SET number = NULL, updated_at = clock_timestamp()
     WHERE address.connection_id = :connection_id AND address.number = :number
       AND address.external_id <> :external_id
    """
)


async def contact_of(session: HouseSession, connection_id: UUID, author: Author) -> UUID:
    """The contact who writes from there, found or made. A number seen with another id moves, and
    whoever has it now inherits nothing."""
    given = {
        "tenant_id": session.tenant_id,
        "connection_id": connection_id,
        "external_id": author.external_id,
        "display_name": author.display_name,
        "number": author.number,
        "language": author.language,
    }
    known = (await session.execute(_ADDRESS, given)).one_or_none()
    if known is None:
        made = (await session.execute(_ADD_CONTACT, given)).scalar_one_or_none()
        # Else somebody made it meanwhile.
        known = (await session.execute(_ADDRESS, given)).one()
        is_new = made is not None
    else:
        is_new = False
    contact_id, display_name, number = known
    given["display_name"] = author.display_name or display_name
    given["number"] = author.number or number
    if not is_new and (display_name, number) != (given["display_name"], given["number"]):
        await session.execute(_RENAME_ADDRESS, given)
    if author.number and (is_new or number != author.number):
        await session.execute(_MOVE_NUMBER, given)
    found: UUID = contact_id
    return found


_NAME = text(
    """
    WITH address AS (
        UPDATE contact_addresses AS address
           SET display_name = :display_name, updated_at = clock_timestamp()
         WHERE address.connection_id = :connection_id AND address.external_id = :external_id
        RETURNING address.tenant_id, address.contact_id
    )
    UPDATE contacts AS contact
       SET display_name = coalesce(contact.display_name, :display_name),
           language = coalesce(contact.language, :language), updated_at = clock_timestamp()
      FROM address
     WHERE contact.tenant_id = address.tenant_id AND contact.id = address.contact_id
    """
)


async def name(
    session: HouseSession,
    connection_id: UUID,
    external_id: str,
    *,
    display_name: str,
    language: str | None,
) -> None:
    """What the platform calls them; what our own people call them stays."""
    given = {
        "connection_id": connection_id,
        "external_id": external_id,
        "display_name": display_name,
        "language": language,
    }
    await session.execute(_NAME, given)


_OPT = text(
    """
    UPDATE contacts AS contact
       SET opted_out_at = CASE WHEN cast(:out AS boolean) THEN clock_timestamp() END,
           updated_at = clock_timestamp()
     WHERE contact.tenant_id = :tenant_id AND contact.id = :contact_id
    """
)


async def opt(session: HouseSession, contact_id: UUID, *, out: bool) -> None:
    """The contact wants no more messages, or wants them again."""
    given = {"out": out, "tenant_id": session.tenant_id, "contact_id": contact_id}
    await session.execute(_OPT, given)
