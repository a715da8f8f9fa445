"""Formats the examples at the end of a command's help."""

_KEEP_LINES = "\b"  # alone on a line, it keeps a paragraph's lines apart


def examples(*commands: str, closing: tuple[str, ...] = ()) -> str:
    """The commands, one per line, and paragraphs after them."""
    shown = "\n".join((_KEEP_LINES, "Examples:", *(f"  {command}" for command in commands)))
    return "\n\n".join((shown, *closing))
