"""A preview that shows nothing which may not leave."""

from typing import Protocol

from orchestrator.channels.port import Doing, Preview


class Filter(Protocol):
    """It takes the pieces of a text and gives what of it may be shown."""

    def feed(self, piece: str) -> str: ...
    def end(self) -> str: ...


class CheckedPreview:
    """In front of a channel's own. What it has let through is the answer: the same is shown, stored
    and sent."""

    def __init__(self, preview: Preview, check: Filter) -> None:
        self._preview = preview
        self._check = check

    @property
    def text(self) -> str:
        return self._preview.text

    def add(self, piece: str) -> None:
        if text := self._check.feed(piece):
            self._preview.add(text)

    def begun(self, doing: Doing) -> None:
        self._preview.begun(doing)

    def done(self, doing: Doing, *, failed: bool) -> None:
        self._preview.done(doing, failed=failed)

    def complete(self) -> None:
        if text := self._check.end():
            self._preview.add(text)
        self._preview.complete()

    def close(self) -> None:
        self._preview.close()
