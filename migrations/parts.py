"""Which tables are parts of which: partitions, as migrations and their tests have to know them."""

from typing import Any

PARTS = {
    "conversations": ("web_conversations", "channel_conversations"),
    "messages": ("web_conversation_messages", "channel_messages"),
}
_ALL = {part for parts in PARTS.values() for part in parts}


def is_declared(item: Any, name: str | None, kind: str, reflected: bool, other: Any) -> bool:
    """Whether a thing found in the database was made by a migration, for Alembic's comparison: for
    a foreign key to a parent PostgreSQL keeps one more to each of its parts."""
    del name, other
    if kind != "foreign_key_constraint" or not reflected:
        return True
    return item.referred_table.name not in _ALL or item.table.name in _ALL
