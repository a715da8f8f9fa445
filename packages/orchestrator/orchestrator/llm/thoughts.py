"""Removes a model's thoughts, `<think>…</think>` in its text, while the text comes.

Tags may be cut over any number of pieces. A thought is removed anywhere except in code, where the
tag is the subject. A thought that never ends counts as one if it began the answer, or if the answer
was cut at its limit. Otherwise it was no thought, and is given back at the end.
"""

import re

OPENING = re.compile(r"<think(?:ing)?>", re.IGNORECASE)
CLOSING = re.compile(r"</think(?:ing)?>", re.IGNORECASE)
_OPENINGS = ("<think>", "<thinking>")
_LONGEST = len("</thinking>")


class ThoughtFilter:
    """`feed` it pieces of text. Its results, and that of `finish`, are the text without
    thoughts."""

    def __init__(self) -> None:
        self.thought = False
        """Whether the answer had a thought."""
        self._held = ""
        """The possible beginning of a tag; inside a thought, all of it."""
        self._thinking = False
        self._searched = 0
        """Characters of a thought already searched for its end."""
        self._says_something = False
        self._blanks = ""
        self._fences = 0
        self._ticks = 0
        """Backticks in the current line."""
        self._run = 0
        """Backticks at the end of the text."""

    def feed(self, text: str) -> str:
        if not self._held and "<" not in text:
            return self._say(text)
        self._held += text
        said, before = "", ("", self._thinking)
        while before != (now := (self._held, self._thinking)):
            before = now
            said += self._end_of_thought() if self._thinking else self._up_to_a_thought()
        return said

    def finish(self, *, cut: bool) -> str:
        """The rest. `cut` says that the answer was cut at its limit."""
        rest, self._held = self._held, ""
        if self._thinking and (cut or not self._says_something):
            return ""
        return self._say(rest)

    def _up_to_a_thought(self) -> str:
        text = self._held
        tag = OPENING.search(text)
        if tag is None:
            whole = len(text) - _open_end(text)
            self._held = text[whole:]
            return self._say(text[:whole])
        said = self._say(text[: tag.start()])
        if self._fences % 2 or self._ticks % 2:
            self._held = text[tag.end() :]
            return said + self._say(tag.group())
        self._held, self._thinking = text[tag.start() :], True
        self.thought = self.thought or not self._says_something
        return said

    def _end_of_thought(self) -> str:
        tag = CLOSING.search(self._held, max(0, self._searched - _LONGEST))
        self._searched = 0 if tag else len(self._held)
        if tag:
            self.thought, self._thinking = True, False
            self._held = self._held[tag.end() :]
        return ""

    def _say(self, text: str) -> str:
        if not self._says_something:
            text = self._begun(text)
        if "`" in text or self._run:
            self._count_ticks(text)
        if "\n" in text:
            self._ticks = text.count("`", text.rindex("\n"))
        return text

    def _count_ticks(self, text: str) -> None:
        self._ticks += text.count("`")
        run = "`" * self._run + text  # whole fences in it are counted already
        self._fences += run.count("```") - self._run // 3
        if text:
            self._run = len(run) - len(run.rstrip("`"))

    def _begun(self, text: str) -> str:
        """Blanks before the first word are kept, unless a thought preceded them."""
        self._blanks += text
        if not text or text.isspace():
            return ""
        self._says_something = True
        return self._blanks.lstrip() if self.thought else self._blanks


def _open_end(text: str) -> int:
    """Number of characters at the end that may begin a tag."""
    start = text.rfind("<")
    if start < 0:
        return 0
    end = text[start:].lower()
    return len(end) if any(tag.startswith(end) for tag in _OPENINGS) else 0


def without_thoughts(text: str) -> str:
    """The text of a stored answer without its thoughts."""
    if "<" not in text or "<think" not in text.lower():
        return text
    thoughts = ThoughtFilter()
    return thoughts.feed(text) + thoughts.finish(cut=False)
