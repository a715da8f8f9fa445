"""Makes Markdown readable for a terminal while it arrives: emphasis, code, headings, lists, tables.

Nothing that a model wrote disappears: text that turns out not to be markup is shown as it is. Plain
text goes out at once. Text that may become markup waits for its end, at most for the end of its
line. A table's rows wait for each other, so that columns can be aligned.
"""

import re

from rich.cells import cell_len

MAX_HELD = 400
"""Characters that may wait for the end of a piece of markup."""

_BOLD, _ITALIC, _CODE, _DIM, _OFF = "\x1b[1m", "\x1b[3m", "\x1b[36m", "\x1b[2m", "\x1b[0m"
_UNDECIDED = re.compile(r" {0,12}(#{1,6}|[-*+]|\d{1,3}[.)]?|`{1,2}|~{1,2})?")
"""The beginning of a line that may still become any of these."""
_FENCE = re.compile(r" {0,3}(```|~~~)[\w+#.-]* *\n")
_HALF_FENCE = re.compile(r" {0,3}(```|~~~)[\w+#.-]* *")
_HEADING = re.compile(r" {0,3}#{1,6} ")
_BULLET = re.compile(r"( *)[-*+] ")
_INLINE = re.compile(
    r"(?P<code>`+)(?!`)(?P<said>[^\n]+?)(?<!`)(?P=code)(?!`)"
    r"|(?P<bold>\*\*|__)(?P<strong>(?=\S)[^\n]+?(?<=\S))(?P=bold)"
    r"|(?P<italic>[*_])(?P<soft>(?=[^\s*_])[^\n*_]+?(?<=\S))(?P=italic)(?!\w)"
    r"|\[(?P<label>[^\]\n]+)\]\((?P<url>[^)\s]+)\)"
)
_MARKS = "`*_["
_RULE = re.compile(r":?-{2,}:?")


class Markdown:
    """One answer. `feed` returns what can be shown by now, `end` the rest."""

    def __init__(self) -> None:
        self._held = ""
        self._table: list[str] = []
        self._at_line_start = True
        self._in_fence = False
        self._in_heading = False
        self._before = ""

    def feed(self, text: str) -> str:
        self._held += text
        shown = ""
        while self._held:
            piece = self._next()
            if piece is None:
                break
            shown += piece
        return shown

    def end(self) -> str:
        """What is still held, as if the line ended here."""
        shown = self.feed("\n").removesuffix("\n") if self._held else ""
        shown += self._end_of_table().removesuffix("\n")
        return shown + (_OFF if self._in_fence or self._in_heading else "")

    def _next(self) -> str | None:
        """The next piece that can be shown, taken from what is held; None to wait for more."""
        if self._at_line_start:
            return self._line_start()
        return self._code_line() if self._in_fence else self._inline()

    # ── what a line begins with ────────────────────────────────────────────────────────────────

    def _line_start(self) -> str | None:
        fence = _FENCE.match(self._held)
        if fence:
            self._take(fence.end())
            self._in_fence = not self._in_fence
            return self._end_of_table()
        if _HALF_FENCE.fullmatch(self._held) or _UNDECIDED.fullmatch(self._held):
            return None
        if self._in_fence:
            self._at_line_start = False
            return _CODE
        if self._held.startswith("|"):
            return self._row()
        return self._end_of_table() + self._marked_start()

    def _marked_start(self) -> str:
        self._at_line_start, self._before = False, ""
        heading = _HEADING.match(self._held)
        if heading:
            self._take(heading.end())
            self._in_heading = True
            return _BOLD
        bullet = _BULLET.match(self._held)
        if bullet:
            self._take(bullet.end())
            return f"{bullet[1]}• "
        return ""

    def _row(self) -> str | None:
        line, newline, _ = self._held.partition("\n")
        if not newline:
            return None
        self._take(len(line) + 1)
        self._table.append(line)
        return ""

    def _end_of_table(self) -> str:
        rows, self._table = self._table, []
        return aligned(rows) if rows else ""

    # ── what a line holds ──────────────────────────────────────────────────────────────────────

    def _code_line(self) -> str:
        line, newline, _ = self._held.partition("\n")
        self._take(len(line) + len(newline))
        self._at_line_start = bool(newline)
        return line + (f"{_OFF}\n" if newline else "")

    def _inline(self) -> str | None:
        at = next((i for i, each in enumerate(self._held) if each in "\n" + _MARKS), None)
        if at is None:
            return self._plain(len(self._held))
        if at > 0:
            return self._plain(at)
        if self._held[0] == "\n":
            self._take(1)
            self._at_line_start = True
            ends_heading, self._in_heading = self._in_heading, False
            return f"{_OFF}\n" if ends_heading else "\n"
        return self._marked()

    def _marked(self) -> str | None:
        """Handle a character that may begin markup."""
        rest_of_line = self._held.partition("\n")[0]
        is_whole = len(rest_of_line) < len(self._held) or len(rest_of_line) > MAX_HELD
        run = len(rest_of_line) - len(rest_of_line.lstrip(self._held[0]))
        if run == len(rest_of_line) and not is_whole:
            return None
        inside_a_word = self._held[0] == "_" and self._before[-1:].isalnum()
        found = None if inside_a_word else _INLINE.match(self._held)
        if found and (is_whole or found.end() < len(self._held)):
            self._take(found.end())
            self._before = "x"
            return self._styled(found)
        may_be = found is not None or self._may_be_markup(rest_of_line)
        if may_be and not inside_a_word and not is_whole:
            return None
        return self._plain(run)

    @staticmethod
    def _may_be_markup(line: str) -> bool:
        """Whether more text could turn the line into markup."""
        if line[0] == "[":
            _, closed, rest = line.partition("]")
            return not closed or not rest or (rest[0] == "(" and ")" not in rest)
        return line[0] == "`" or not line.lstrip(line[0])[:1].isspace()

    def _styled(self, found: re.Match[str]) -> str:
        back = f"{_OFF}{_BOLD if self._in_heading else ''}"
        if found["code"]:
            return f"{_CODE}{found['said'].strip() or found['said']}{back}"
        if found["bold"]:
            return f"{_BOLD}{plain_inline(found['strong'])}{back}"
        if found["italic"]:
            return f"{_ITALIC}{found['soft']}{back}"
        label, url = found["label"], found["url"]
        return label if label == url else f"{label} {_DIM}({url}){back}"

    def _plain(self, length: int) -> str:
        text = self._held[:length]
        self._take(length)
        self._before = text
        return text

    def _take(self, length: int) -> None:
        self._held = self._held[length:]


def plain_inline(text: str) -> str:
    """The text without its marks of emphasis and code."""
    return _INLINE.sub(_unmarked, text)


def _unmarked(found: re.Match[str]) -> str:
    said = found["said"] or found["strong"] or found["soft"]
    return said or f"{found['label']} ({found['url']})"


def aligned(lines: list[str]) -> str:
    """A table's rows with aligned columns; lines that are no table unchanged."""
    rows = [_cells(line) for line in lines]
    if len(rows) < 2 or not all(_RULE.fullmatch(cell) for cell in rows[1]):
        return "".join(f"{line}\n" for line in lines)
    columns = range(max(map(len, rows)))
    rows = [row + [""] * (len(columns) - len(row)) for row in rows]
    said = [row for number, row in enumerate(rows) if number != 1]
    widths = [max(cell_len(row[column]) for row in said) for column in columns]
    told = [_padded(row, widths) for row in said]
    told.insert(1, "  ".join("─" * width for width in widths))
    return f"{_BOLD}{told[0]}{_OFF}\n" + "".join(f"{line}\n" for line in told[1:])


def _cells(line: str) -> list[str]:
    inside = line.strip().removeprefix("|").removesuffix("|")
    return [
        re.sub(r"<br\s*/?>", " ", plain_inline(cell.strip())).replace("\\|", "|")
        for cell in re.split(r"(?<!\\)\|", inside)
    ]


def _padded(row: list[str], widths: list[int]) -> str:
    padded = (
        cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)
    )
    return "  ".join(padded).rstrip()
