"""What the database refused a turn for."""

from psycopg.errors import IntegrityError as Refused
from sqlalchemy.exc import IntegrityError


def refused_by(error: IntegrityError) -> str | None:
    """The constraint, or the column that is never empty."""
    assert isinstance(error.orig, Refused)
    return error.orig.diag.constraint_name or error.orig.diag.column_name
