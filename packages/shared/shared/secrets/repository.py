"""Secrets as rows. The application's role writes `sealed` and cannot read it, so nothing here
returns it but to a SystemSession."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave

from shared.db import SystemSession, WithinTenant
from shared.models import Secret
from shared.secrets.envelope import Place, Sealed

Purpose = Literal["send", "verify", "compare"]


@dataclass(frozen=True, slots=True)
class Row:
    """A secret as it is stored. Its repr does not show it."""

    place: Place
    purpose: Purpose
    key_id: str | None = None
    sealed: str | None = field(default=None, repr=False)
    sha256: str | None = field(default=None, repr=False)
    id: UUID | None = None


_COLUMNS = (
    Secret.id, Secret.tenant_id, Secret.owner_table, Secret.owner_id, Secret.field,
    Secret.purpose, Secret.key_id, Secret.sealed, Secret.sha256,
)  # fmt: skip


async def put(session: WithinTenant, rows: Sequence[Row]) -> None:
    """Each in place of the one that was there. Not by ON CONFLICT, which would read `sealed`."""
    for row in rows:
        await delete_of(
            session, table=row.place.table, row_id=row.place.row_id, fields=[row.place.field]
        )
    if rows:
        await session.execute(insert(Secret), [_values(row) for row in rows])


async def delete_of(
    session: WithinTenant, *, table: str, row_id: UUID, fields: Sequence[str] | None
) -> None:
    gone = delete(Secret).where(Secret.owner_table == table, Secret.owner_id == row_id)
    await session.execute(gone if fields is None else gone.where(Secret.field.in_(fields)))


async def move_digests(session: WithinTenant, *, table: str, from_id: UUID, to_id: UUID) -> None:
    """What is only compared is bound to no row: it goes along."""
    await session.execute(
        update(Secret)
        .where(Secret.owner_table == table, Secret.owner_id == from_id, Secret.purpose == "compare")
        .values(owner_id=to_id)
    )


async def read(
    session: SystemSession, *, table: str, row_id: UUID, purposes: Sequence[Purpose]
) -> list[Row]:
    found = select(*_COLUMNS).where(
        Secret.owner_table == table, Secret.owner_id == row_id, Secret.purpose.in_(purposes)
    )
    return [_row(each) for each in await session.execute(found)]


async def add_if_missing(session: SystemSession, row: Row) -> None:
    await session.execute(insert_or_leave(Secret).values(**_values(row)).on_conflict_do_nothing())


async def counts(session: SystemSession) -> list[tuple[Purpose, str, int]]:
    """(purpose, key id, how many), of all that is sealed."""
    found = (
        select(Secret.purpose, Secret.key_id, func.count())
        .where(Secret.key_id.is_not(None))
        .group_by(Secret.purpose, Secret.key_id)
        .order_by(Secret.purpose, Secret.key_id)
    )
    return [tuple(each) for each in await session.execute(found)]  # type: ignore[misc]


async def sealed_after(
    session: SystemSession, after: UUID | None, *, limit: int, lock: bool
) -> list[Row]:
    """The next ones by id, of all tenants; `lock` keeps them until the transaction ends."""
    found = select(*_COLUMNS).where(Secret.key_id.is_not(None)).order_by(Secret.id).limit(limit)
    if after is not None:
        found = found.where(Secret.id > after)
    if lock:
        found = found.with_for_update()
    return [_row(each) for each in await session.execute(found)]


async def reseal(session: SystemSession, row: Row, sealed: Sealed) -> None:
    await session.execute(
        update(Secret).where(Secret.id == row.id).values(key_id=sealed.key_id, sealed=sealed.text)
    )


def _values(row: Row) -> dict[str, object]:
    return {
        "tenant_id": row.place.tenant_id,
        "owner_table": row.place.table,
        "owner_id": row.place.row_id,
        "field": row.place.field,
        "purpose": row.purpose,
        "key_id": row.key_id,
        "sealed": row.sealed,
        "sha256": row.sha256,
    }


def _row(found: tuple[object, ...]) -> Row:
    id_, tenant_id, table, row_id, field_, purpose, key_id, sealed, sha256 = found
    place = Place(tenant_id, table, row_id, field_)  # type: ignore[arg-type]
    return Row(place, purpose, key_id, sealed, sha256, id_)  # type: ignore[arg-type]
