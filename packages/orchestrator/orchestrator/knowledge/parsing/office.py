"""Documents of Office: a zip of XML parts. What is read of it may not unpack to more than is
allowed, whatever it says of its size."""

import posixpath
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from types import TracebackType
from typing import Final
from xml.etree import ElementTree

from orchestrator.knowledge.parsing import failures
from orchestrator.knowledge.parsing.limits import MOST_UNPACKED_BYTES

Element = ElementTree.Element
MOST_PARTS: Final = 20_000
PIECE: Final = 256 * 1024
_ENCRYPTED: Final = 0x1
_BROKEN: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    ValueError,
    IndexError,
)


class Archive:
    """The parts of a zip by name. Raises ParseFailed."""

    def __init__(self, content: bytes) -> None:
        try:
            self._zip = zipfile.ZipFile(BytesIO(content))
        except _BROKEN:
            raise failures.broken() from None
        parts = self._zip.infolist()
        if len(parts) > MOST_PARTS:
            raise failures.unpacks_to_too_much()
        self._parts = {part.filename: part for part in parts}
        self._left = MOST_UNPACKED_BYTES

    def has(self, name: str) -> bool:
        return name in self._parts

    def read(self, name: str) -> bytes:
        """Whole. Raises ParseFailed when all that was read unpacks to more than is allowed."""
        read = bytearray()
        try:
            part = self._parts[name]
            if part.flag_bits & _ENCRYPTED:
                raise failures.password()
            with self._zip.open(part) as stream:
                while piece := stream.read(PIECE):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise failures.unpacks_to_too_much()
                    read += piece
        except _BROKEN:
            raise failures.broken() from None
        return bytes(read)

    def xml(self, name: str) -> Element | None:
        """The part's tree; None where it is not there."""
        if not self.has(name):
            return None
        try:
            return ElementTree.fromstring(self.read(name))  # noqa: S314
        except ElementTree.ParseError:
            raise failures.broken() from None

    def events(self, name: str) -> Iterator[tuple[str, Element]]:
        """`start` and `end` of each element of a part that may be large; clear what was read."""
        stream = BytesIO(self.read(name))
        try:
            yield from ElementTree.iterparse(stream, events=("start", "end"))  # noqa: S314
        except ElementTree.ParseError:
            raise failures.broken() from None

    def related(self, name: str) -> dict[str, str]:
        """The parts that one refers to, by their ids there."""
        folder, file = posixpath.split(name)
        tree = self.xml(f"{folder}/_rels/{file}.rels")
        if tree is None:
            return {}
        return {
            each.get("Id", ""): target.lstrip("/")
            if (target := each.get("Target", "")).startswith("/")
            else posixpath.normpath(posixpath.join(folder, target))
            for each in tree
        }

    def __enter__(self) -> "Archive":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._zip.close()


def title_of(archive: Archive) -> str:
    """As the author wrote it into the document's properties."""
    tree = archive.xml("docProps/core.xml")
    found = None if tree is None else tree.find("{http://purl.org/dc/elements/1.1/}title")
    return "" if found is None else found.text or ""


def local(element: Element) -> str:
    """The name without its namespace, of which Office has two for the same."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def value(element: Element, name: str = "val") -> str | None:
    """An attribute by its name without namespace."""
    for key, found in element.attrib.items():
        if key.rpartition("}")[2] == name:
            return found
    return None


def child(element: Element, *names: str) -> Element | None:
    """What is found by going down these names."""
    at: Element | None = element
    for name in names:
        at = next((each for each in at if local(each) == name), None) if at is not None else None
    return at
