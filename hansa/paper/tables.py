"""The same figures for programs: CSV as RFC 4180 has it, and Parquet with exact decimals, row by row.

A file's columns are declared once; docs/statements.md lists them. Nothing is a floating-point number anywhere.
"""

from __future__ import annotations

import asyncio
import csv
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

ROWS_AT_ONCE = 5_000
"""How many rows of a file are in memory at a time."""

PLACES = 24
"""Decimals of exact amounts: points times a price of 6, shares of 6 and 6, and a rate of 6."""

EXACT = pa.decimal128(38, PLACES)
PRICE = pa.decimal128(38, 12)
TEXT, COUNT, INSTANT = pa.string(), pa.int64(), pa.timestamp("us", tz="UTC")

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
"""What makes a spreadsheet take a text for a formula."""

Row = Mapping[str, Any]


class Form(StrEnum):
    """How a file is written."""

    CSV = "csv"
    PARQUET = "parquet"

    @property
    def media(self) -> str:
        """Its media type."""
        return "text/csv; charset=utf-8; header=present" if self is Form.CSV else "application/vnd.apache.parquet"


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name, its type, and what stands in it."""

    name: str
    kind: pa.DataType
    words: str


class Writer(Protocol):
    """Takes rows, some at a time."""

    def write(self, rows: Sequence[Row]) -> None:
        """Add rows to the file."""


@contextmanager
def written(path: Path, form: Form, columns: Sequence[Column]) -> Iterator[Writer]:
    """A file that is being written; it is whole when the block ends."""
    with _csv(path, columns) if form is Form.CSV else _parquet(path, columns) as writer:
        yield writer


def write(path: Path, form: Form, columns: Sequence[Column], rows: Iterable[Row]) -> None:
    """A file of rows that are at hand."""
    with written(path, form, columns) as writer:
        writer.write(list(rows))


async def pour(path: Path, form: Form, columns: Sequence[Column], rows: AsyncIterator[Row]) -> int:
    """A file of rows that come one by one; some are in memory at a time. Gives how many there were."""
    count, waiting = 0, []
    with written(path, form, columns) as writer:
        async for row in rows:
            waiting.append(row)
            if len(waiting) == ROWS_AT_ONCE:
                await asyncio.to_thread(writer.write, waiting)
                count, waiting = count + len(waiting), []
        writer.write(waiting)
    return count + len(waiting)


def money_type(digits: int) -> pa.DataType:
    """Payable amounts of a currency with so many decimals."""
    return pa.decimal128(38, digits)


def plain(value: object) -> str:
    """A cell of CSV: decimals with all their digits, instants in UTC, nothing where nothing is known."""
    match value:
        case None:
            return ""
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.isoformat()
        case str():
            return f"'{value}" if value.startswith(_DANGEROUS) else value
        case _:
            return str(value)


@dataclass(slots=True)
class _CsvWriter:
    rows: Any
    names: Sequence[str]

    def write(self, rows: Sequence[Row]) -> None:
        self.rows.writerows([plain(row.get(name)) for name in self.names] for row in rows)


@contextmanager
def _csv(path: Path, columns: Sequence[Column]) -> Iterator[_CsvWriter]:
    names = [column.name for column in columns]
    with path.open("wb") as raw, TextIOWrapper(raw, encoding="utf-8", newline="", write_through=False) as text:
        rows = csv.writer(text, lineterminator="\r\n")
        rows.writerow(names)
        yield _CsvWriter(rows, names)


@dataclass(slots=True)
class _ParquetWriter:
    file: pq.ParquetWriter
    schema: pa.Schema

    def write(self, rows: Sequence[Row]) -> None:
        if rows:
            shaped = {field.name: [_scaled(row.get(field.name), field.type) for row in rows] for field in self.schema}
            self.file.write_table(pa.table(shaped, schema=self.schema))


@contextmanager
def _parquet(path: Path, columns: Sequence[Column]) -> Iterator[_ParquetWriter]:
    schema = pa.schema([pa.field(one.name, one.kind, metadata={"description": one.words}) for one in columns])
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        yield _ParquetWriter(file, schema)


def _scaled(value: Any, kind: pa.DataType) -> Any:
    """A decimal with the decimals of its column; one with more would be refused, not cut."""
    if isinstance(value, Decimal) and pa.types.is_decimal(kind) and -int(value.as_tuple().exponent) > kind.scale:
        return value.normalize()
    return value
