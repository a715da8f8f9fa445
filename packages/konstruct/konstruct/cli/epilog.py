"""How examples stand at the end of a command's help."""

_KEEP_LINES = "\b"  # alone on a line, it keeps the paragraph's lines from being joined


def examples(*commands: str, closing: tuple[str, ...] = ()) -> str:
    """The commands, one a line, and paragraphs after them."""
    shown = "\n".join((_KEEP_LINES, "Examples:", *(f"  {command}" for command in commands)))
    return "\n\n".join((shown, *closing))
