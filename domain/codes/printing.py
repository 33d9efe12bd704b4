"""The codes themselves, for the printer: made in chunks, each stored once, and made again the same way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from domain.codes import writing
from domain.codes.batches import Batch
from domain.codes.models import BatchKind

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CHUNK = 10_000
HEADING = ("serial", "code", "sku", "link")
LINKS = "/c/"

_KEEP = "SELECT keep_codes($1, $2, $3)"


@dataclass(frozen=True, slots=True)
class Printed:
    """One code as it is printed."""

    serial: int
    code: str
    """In groups."""
    sku: str
    link: str
    """For a QR code beside it."""


async def printed(pool: Pool, batch: Batch, *, key: bytes, site: str) -> AsyncIterator[list[Printed]]:
    """All codes of a batch in chunks, in the order of their serials; RANDOM ones are stored before they are told.

    Whoever was killed in between is followed by the next one: codes that are stored already are not stored again.
    """
    made = batch.made
    ends = [(product.sku, product.count) for product in batch.products]
    skus = (sku for sku, count in ends for _ in range(count))
    for first in range(0, batch.count, CHUNK):
        serials = range(first, min(first + CHUNK, batch.count))
        codes = codes_of(batch, serials, key)
        if batch.kind is BatchKind.RANDOM and made < serials.stop:
            made = await _keep(pool, batch, serials, codes, made, key)
        yield [
            Printed(serial, writing.grouped(code), next(skus), f"{site}{LINKS}{code}")
            for serial, code in zip(serials, codes, strict=True)
        ]


def codes_of(batch: Batch, serials: range, key: bytes) -> list[str]:
    """Some of a batch's codes; the batch was read with its seed."""
    if batch.kind is BatchKind.STATELESS:
        assert batch.number is not None
        return list(writing.stateless_codes(batch.number, serials, key))
    assert batch.seed, "codes are made from the batch's seed"
    return [writing.random_code(batch.seed, serial, key) for serial in serials]


async def _keep(pool: Pool, batch: Batch, serials: range, codes: Sequence[str], made: int, key: bytes) -> int:
    """Store what of a chunk is not stored yet; another that prints at this moment may have come first."""
    while made < serials.stop:
        rest = codes[made - serials.start :]
        made = await pool.fetchval(_KEEP, batch.batch_id, made, [writing.digest(code, key) for code in rest])
    return made
