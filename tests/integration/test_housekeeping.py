"""What workers tidy away, so that nothing grows for ever."""

import psycopg

from tests.support.people import World
from tests.support.processes import Stack
from tests.support.waiting import eventually

LOG_INS = "SELECT id FROM portal_sessions WHERE user_id = %s"
LOG_IN = """
    INSERT INTO portal_sessions (user_id, tenant_id, expires_at)
    VALUES (%s, %s, clock_timestamp() + %s::interval) RETURNING id
"""


async def test_log_ins_that_ended_a_month_ago_are_forgotten_and_no_others(
    stack: Stack, acme: World, superuser: psycopg.Connection
) -> None:
    before = {row[0] for row in superuser.execute(LOG_INS, (acme.anna.id,))}

    def log_in(ends: str) -> object:
        return superuser.execute(LOG_IN, (acme.anna.id, acme.id, ends)).fetchone()[0]  # type: ignore[index]

    kept = {log_in("-29 days"), log_in("1 day")}
    long_gone = {log_in("-31 days"), log_in("-2 years")}

    def there() -> set[object]:
        return {row[0] for row in superuser.execute(LOG_INS, (acme.anna.id,))}

    await eventually(lambda: not there() & long_gone, "they are forgotten")
    assert there() == before | kept
