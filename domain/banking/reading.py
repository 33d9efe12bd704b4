"""XML of strangers, read without harm: no document types, so no entities; no great depth; element by element."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from domain.banking.errors import BankFileUnreadable

LARGEST_FILE = 64 * 2**20
"""Bytes."""
DEEPEST = 40
CHUNK = 2**16

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"


def elements(content: bytes, *parents: str) -> Iterator[tuple[str, Element]]:
    """The message's name with an empty element; then each child of the named parents, by its name, once it is complete.

    A parent is a path below the document, such as `BkToCstmrStmt/Stmt`. What was handed out is forgotten, so a file of
    any length needs the memory of one entry. Raises: BankFileUnreadable.
    """
    if len(content) > LARGEST_FILE:
        raise BankFileUnreadable(f"it has more than {LARGEST_FILE} bytes")
    reader = _Reader(frozenset(parents))
    for start in range(0, len(content), CHUNK):
        yield from reader.read(content[start : start + CHUNK])
    yield from reader.read(b"", last=True)


def first(parent: Element, *paths: str) -> Element | None:
    """The first element that one of the paths leads to."""
    return next((found for path in paths if (found := parent.find(path)) is not None), None)


def said(parent: Element, *paths: str) -> str | None:
    """The trimmed words at the first path that has any."""
    for path in paths:
        for found in parent.findall(path):
            words = " ".join((found.text or "").split())
            if words:
                return words
    return None


class _Reader:
    """Feeds expat and keeps what is complete."""

    def __init__(self, parents: frozenset[str]) -> None:
        self._parents = parents
        self._path: list[str] = []
        self._building: TreeBuilder | None = None
        self._depth = 0
        self._found: list[tuple[str, Element]] = []
        parser = self._parser = expat.ParserCreate(namespace_separator="}")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = self._refuse
        parser.EntityDeclHandler = self._refuse
        parser.ExternalEntityRefHandler = self._refuse

    def read(self, chunk: bytes, *, last: bool = False) -> list[tuple[str, Element]]:
        """What became complete."""
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise BankFileUnreadable(f"it is not well-formed XML ({error})") from None
        found, self._found = self._found, []
        return found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        space, _, local = name.rpartition("}")
        self._path.append(local)
        if len(self._path) > DEEPEST:
            raise BankFileUnreadable("its elements are nested too deeply")
        if len(self._path) == 1:
            if local != "Document" or not space.startswith(NAMESPACE):
                raise BankFileUnreadable(f"it is no ISO 20022 message but <{local}> of {space or 'no namespace'}")
            self._found.append((space.removeprefix(NAMESPACE), Element(local)))
        if self._building is None and "/".join(self._path[1:-1]) in self._parents:
            self._building, self._depth = TreeBuilder(), len(self._path)
        if self._building is not None:
            self._building.start(local, attributes)

    def _end(self, _name: str) -> None:
        local = self._path.pop()
        if self._building is None:
            return
        self._building.end(local)
        if len(self._path) < self._depth:
            self._found.append((local, self._building.close()))
            self._building = None

    def _text(self, words: str) -> None:
        if self._building is not None:
            self._building.data(words)

    @staticmethod
    def _refuse(*_declared: object) -> int:
        raise BankFileUnreadable("it declares a document type or entities, which no bank's message does")
