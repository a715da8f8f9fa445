"""Counts of tokens, which must not keep the answer that they accompany from being stored."""

MAX_TOKENS = 2**31 - 1
"""What a count of tokens may be, in the database."""


def storable(tokens: int) -> int:
    return min(max(0, tokens), MAX_TOKENS)


def added_to(column: str, used: str) -> str:
    """As SQL: the count in the column, and what was used now."""
    return f"least(coalesce({column}, 0)::bigint + {used}::bigint, {MAX_TOKENS})::integer"
