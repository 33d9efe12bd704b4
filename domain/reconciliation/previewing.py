"""The first rows of a file through a mapping, before anything is handed in."""

from __future__ import annotations

import io
from dataclasses import dataclass

from domain.reconciliation.cells import Reader, Record
from domain.reconciliation.mapping import Mapping
from domain.reconciliation.sources import opened, transcoded
from domain.reconciliation.words import FileFormat

MOST_ROWS = 20
LARGEST_SAMPLE = 65_536


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a mapping makes of the first rows."""

    records: tuple[Record, ...]
    rejected: int
    told: dict[str, str]
    """Totals of a header; those of a trailer only where the sample has all of the file."""


def preview(sample: bytes, mapping: Mapping, *, currency: str) -> Preview:
    """Read the first rows. Raises: FileUnreadable."""
    text = sample[:LARGEST_SAMPLE]
    whole = sample if mapping.format is FileFormat.PARQUET else transcoded(text, mapping.encoding)
    source = opened(io.BytesIO(whole), mapping)
    reader = Reader(mapping, currency=currency)
    records = []
    for row in source.rows():
        records.append(reader.of(row.row, row.cells))
        if len(records) == MOST_ROWS:
            break
    rejected = sum(record.reason is not None for record in records)
    told = {name.value: written for name, written in source.told.items()}
    return Preview(records=tuple(records), rejected=rejected, told=told)
