"""Files row by row, in bounded memory, from any row on: text by its bytes, Parquet by its row groups."""

from __future__ import annotations

import codecs
import csv
import io
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from domain.reconciliation.cells import Cells, Unreadable, figures, shortened
from domain.reconciliation.errors import FileUnreadable
from domain.reconciliation.mapping import FieldName, Mapping, Place, Total
from domain.reconciliation.words import FileFormat, Reason

LONGEST_LINE = 65_536
MOST_LINES = 8
"""How many lines one row may be spread over, by line breaks within quotes."""
MOST_COLUMNS = 1_000
LARGEST_COLUMN = 256 * 1024**2
"""Of a Parquet row group, unpacked."""
LARGEST_STRING = 1024**2
BATCH = 5_000


class SourceRow(NamedTuple):
    """A row of a file, and where the next one begins."""

    row: int
    cells: Cells | Unreadable
    position: int


class Source(ABC):
    """A file being read. Raises where the file as a whole is not what the mapping says: FileUnreadable."""

    told: dict[Total, str]
    """The totals that stand in the file; those of a trailer once everything was read."""

    @abstractmethod
    def rows(self) -> Iterator[SourceRow]:
        """The rows, one after the other."""


def opened(handle: IO[bytes], mapping: Mapping, *, position: int = 0, next_row: int = 1) -> Source:
    """A file as a mapping reads it, text in UTF-8 (see `transcoded`), from a row on. Raises: FileUnreadable."""
    match mapping.format:
        case FileFormat.CSV:
            return CsvSource(handle, mapping, position, next_row)
        case FileFormat.JSON_LINES:
            return JsonSource(handle, mapping, position, next_row)
        case FileFormat.PARQUET:
            return ParquetSource(handle, mapping, position)


class Transcoder:
    """Turns text of any encoding into UTF-8 with plain line ends; what the encoding does not know is marked."""

    def __init__(self, encoding: str) -> None:
        self._decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(encoding)("replace"), translate=True)
        self._first = True

    def feed(self, part: bytes, *, final: bool = False) -> bytes:
        """The next part of the file."""
        text = self._decoder.decode(part, final=final)
        if self._first and text:
            self._first = False
            text = text.removeprefix("\ufeff")
        return text.encode("utf-8", "replace")


def transcoded(part: bytes, encoding: str) -> bytes:
    """All of a small file at once."""
    return Transcoder(encoding).feed(part, final=True)


class _Lines:
    """Lines of a bounded length, some of which may be looked at again."""

    def __init__(self, handle: IO[bytes], position: int) -> None:
        handle.seek(position)
        self.position = position
        self._handle = handle
        self._again: deque[tuple[bytes | None, int]] = deque()

    def next(self) -> bytes | None:
        """The next line with its end; None for one that is too long. Raises: EOFError."""
        line, length = self._again.popleft() if self._again else self._read()
        self.position += length
        return line

    def put_back(self, lines: Sequence[bytes]) -> None:
        """Look at these lines again."""
        self._again.extendleft((line, len(line)) for line in reversed(lines))
        self.position -= sum(map(len, lines))

    def _read(self) -> tuple[bytes | None, int]:
        line = self._handle.readline(LONGEST_LINE + 1)
        if not line:
            raise EOFError
        if len(line) <= LONGEST_LINE or line.endswith(b"\n"):
            return line, len(line)
        length = len(line)
        while not line.endswith(b"\n") and (line := self._handle.readline(LONGEST_LINE)):
            length += len(line)
        return None, length


def _broken(detail: str) -> Unreadable:
    return Unreadable(Reason.ROW_BROKEN, None, detail)


class CsvSource(Source):
    """Lines with a sign between the cells."""

    def __init__(self, handle: IO[bytes], mapping: Mapping, position: int, next_row: int) -> None:
        self.told = {}
        self._mapping = mapping
        self._lines = _Lines(handle, 0)
        self._row = 0
        self._header = [self._line_above() for _ in range(mapping.header_rows)]
        self._places = self._named(self._line_above()) if mapping.has_names else self._numbered()
        self._tell(Place.HEADER, self._header[0] if self._header else [])
        if position:
            self._lines, self._row = _Lines(handle, position), next_row - 1

    def rows(self) -> Iterator[SourceRow]:
        """The rows between what stands above and below them."""
        waiting: deque[tuple[int, list[str] | Unreadable, int]] = deque()
        while True:
            try:
                cells = self._next()
            except EOFError:
                break
            if cells in ([], [""]):
                continue
            waiting.append((self._row, cells, self._lines.position))
            if len(waiting) > self._mapping.trailer_rows:
                row, found, position = waiting.popleft()
                yield SourceRow(row, self._chosen(found), position)
        if waiting and isinstance(waiting[-1][1], list):
            self._tell(Place.TRAILER, waiting[-1][1])

    def _next(self) -> list[str] | Unreadable:
        self._row += 1
        line = self._lines.next()
        if line is None:
            return _broken(f"the line is longer than {LONGEST_LINE} bytes")
        text = line.decode("utf-8", "replace").removesuffix("\n")
        if self._mapping.quote not in text:
            return text.split(self._mapping.delimiter)
        return self._quoted(text)

    def _quoted(self, text: str) -> list[str] | Unreadable:
        """A row with quotes, which may go over several lines; where they do not close, only its first line is lost."""
        quote, more = self._mapping.quote, list[bytes]()
        joined = text
        while joined.count(quote) % 2 and len(more) < MOST_LINES:
            try:
                line = self._lines.next()
            except EOFError:
                break
            if line is None:
                break
            more.append(line)
            joined = f"{joined}\n{line.decode('utf-8', 'replace').removesuffix(chr(10))}"
        try:
            (cells,) = csv.reader([joined], delimiter=self._mapping.delimiter, quotechar=quote, strict=True)
        except (csv.Error, ValueError):
            self._lines.put_back(more)
            return _broken("the quotes of the row do not close, or stand within a cell")
        return cells

    def _line_above(self) -> list[str]:
        try:
            cells = self._next()
        except EOFError:
            raise FileUnreadable("the file ends before its first row") from None
        if isinstance(cells, Unreadable):
            raise FileUnreadable(f"row {self._row}, above the first: {cells.detail}")
        return cells

    def _named(self, names: list[str]) -> list[int | None]:
        """Where each field stands, by the names above the columns."""
        if len(names) > MOST_COLUMNS:
            raise FileUnreadable(f"the file has {len(names)} columns; at most {MOST_COLUMNS} are read")
        known: dict[str, int] = {}
        for place, name in enumerate(names):
            if known.setdefault(name.strip(), place) != place and name.strip() in self._mapping.columns.values():
                raise FileUnreadable(f"two columns are named {shortened(name.strip())!r}")
        return [self._place(name, known) for name in FieldName]

    def _place(self, name: FieldName, known: dict[str, int]) -> int | None:
        column = self._mapping.columns.get(name)
        if column is None:
            return None
        if column not in known:
            there = ", ".join(shortened(one) for one in list(known)[:20])
            raise FileUnreadable(f"there is no column {column!r} for {name}; there are {there}")
        return known[column]

    def _numbered(self) -> list[int | None]:
        columns = self._mapping.columns
        return [int(columns[name]) - 1 if name in columns else None for name in FieldName]

    def _chosen(self, found: list[str] | Unreadable) -> Cells | Unreadable:
        if isinstance(found, Unreadable):
            return found
        count = len(found)
        return [None if place is None or place >= count else found[place].strip() or None for place in self._places]

    def _tell(self, place: Place, cells: list[str]) -> None:
        for name, told in self._mapping.totals.items():
            if told.place is place:
                self.told[name] = cells[told.cell - 1].strip() if told.cell <= len(cells) else ""


class JsonSource(Source):
    """One JSON object a line."""

    def __init__(self, handle: IO[bytes], mapping: Mapping, position: int, next_row: int) -> None:
        self.told = {}
        self._keys = [mapping.columns.get(name) for name in FieldName]
        self._lines = _Lines(handle, position)
        self._row = next_row - 1

    def rows(self) -> Iterator[SourceRow]:
        """The objects."""
        while True:
            try:
                line = self._lines.next()
            except EOFError:
                return
            self._row += 1
            if line is None or line.strip():
                yield SourceRow(self._row, self._cells(line), self._lines.position)

    def _cells(self, line: bytes | None) -> Cells | Unreadable:
        if line is None:
            return _broken(f"the line is longer than {LONGEST_LINE} bytes")
        try:
            found = orjson.loads(line)
        except ValueError:
            return _broken("the line is no JSON")
        if not isinstance(found, dict):
            return _broken("the line is no JSON object")
        return [None if key is None else _plain(found.get(key)) for key in self._keys]


def _plain(value: Any) -> Any:
    return value.strip() or None if isinstance(value, str) else value


class ParquetSource(Source):
    """Typed columns, a row group at a time."""

    def __init__(self, handle: IO[bytes], mapping: Mapping, position: int) -> None:
        self.told = {}
        try:
            # Without these limits a hostile footer could ask for any amount of memory.
            self._file = pq.ParquetFile(
                handle,
                buffer_size=65_536,
                pre_buffer=False,
                thrift_string_size_limit=16 * LARGEST_STRING,
                thrift_container_size_limit=LARGEST_STRING,
            )
        except (pa.ArrowException, OSError, ValueError) as problem:
            raise FileUnreadable(f"the file is no Parquet: {shortened(str(problem))}") from None
        self._position = position
        self._columns = [mapping.columns.get(name) for name in FieldName]
        self._check()

    def rows(self) -> Iterator[SourceRow]:
        """The rows from the position on."""
        number = 0
        for group in range(self._file.num_row_groups):
            count = self._file.metadata.row_group(group).num_rows
            if number + count <= self._position:
                number += count
                continue
            for cells in self._group(group):
                number += 1
                if number > self._position:
                    yield SourceRow(number, cells, number)

    def _group(self, group: int) -> Iterator[Cells]:
        wanted = list(dict.fromkeys(column for column in self._columns if column is not None))
        batches = self._file.iter_batches(BATCH, row_groups=[group], columns=wanted, use_threads=False)
        try:
            for batch in batches:
                columns = [None if name is None else batch.column(name).to_pylist() for name in self._columns]
                nothing = [None] * batch.num_rows
                yield from zip(*([nothing if one is None else map(_plain, one) for one in columns]), strict=True)
        except (pa.ArrowException, OSError, ValueError, OverflowError) as problem:
            raise FileUnreadable(f"row group {group + 1} cannot be read: {shortened(str(problem))}") from None

    def _check(self) -> None:
        about = self._file.metadata
        if about.num_columns > MOST_COLUMNS:
            raise FileUnreadable(f"the file has {about.num_columns} columns; at most {MOST_COLUMNS} are read")
        there = self._file.schema_arrow
        for column in self._columns:
            if column is None:
                continue
            if there.get_field_index(column) < 0:
                raise FileUnreadable(f"there is no column {column!r}; there are {', '.join(there.names[:20])}")
            if pa.types.is_nested(there.field(column).type):
                raise FileUnreadable(f"the column {column!r} holds lists or structures")
        for group in range(about.num_row_groups):
            parts = about.row_group(group)
            if any(parts.column(n).total_uncompressed_size > LARGEST_COLUMN for n in range(parts.num_columns)):
                raise FileUnreadable("a row group of the file is too large; write smaller ones")


def figures_told(told: dict[Total, str], mapping: Mapping) -> dict[str, str]:
    """The totals of a header or trailer as plain numbers. Raises: FileUnreadable."""
    read = figures(mapping.decimal_sign, mapping.thousands_sign)
    found = {}
    for name, written in told.items():
        try:
            found[name.value] = format(read(FieldName.AMOUNT, written), "f")
        except Unreadable as problem:
            raise FileUnreadable(f"the control total of {name}: {problem.detail}") from None
    return found


def blocks(rows: Iterable[SourceRow], size: int) -> Iterator[list[SourceRow]]:
    """Rows in blocks."""
    block: list[SourceRow] = []
    for row in rows:
        block.append(row)
        if len(block) == size:
            yield block
            block = []
    if block:
        yield block
