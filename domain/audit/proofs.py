"""Proofs of statement lines: a document that shows, without the database, that a line is part of what was approved.

From the line a path leads to the root of the statements, and from the movements it was counted from to the root of the
movements; both roots and that of the entries make the digest, which every statement of the cycle carries. The document
names no member and no wallet. It is checked by domain/audit/checking.py, which needs nothing but this document.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlmodel import col, select

from domain import merkle
from domain.audit.movements import HASH, leaves_of, movement_of
from domain.coalition.founding import coalition_of
from domain.settlement import digests, drilling
from domain.settlement.errors import CycleNotSealed, LineNotFound
from domain.settlement.lines import LineKind
from domain.settlement.models import Cycle, StatementLine
from domain.settlement.queries import Line, line_by_id
from domain.settlement.records import balances_of, line_of, set_aside_lines
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession

FORM = "hansa-proof-1"

MOST_MOVEMENTS = 20_000
"""A line of more is proven without the movements under it."""

_UNDER = """
SELECT * FROM (SELECT row_number() OVER (ORDER BY wallet_id, entry_id, n) - 1 AS place, moved.* FROM transfer moved
    WHERE cycle_id = :cycle_id AND kind NOT IN ('RELEASE', 'HOLD', 'VOID', 'MOVE')) AS t
WHERE {where} ORDER BY place LIMIT :most
"""


class Hashes(Sequence[bytes]):
    """Many hashes in one piece of memory."""

    def __init__(self, joined: bytes) -> None:
        self._joined = joined

    def __len__(self) -> int:
        return len(self._joined) // HASH

    def __getitem__(self, index: Any) -> Any:
        return self._joined[index * HASH : (index + 1) * HASH]

    def __iter__(self) -> Iterator[bytes]:
        return (self[place] for place in range(len(self)))


async def prove_line(session: ReadSession, line_id: UUID) -> str:
    """The proof that a line is part of its cycle's computation, as a document; read with the coalition's sight.

    Raises: LineNotFound, CycleNotSealed.
    """
    line = await line_by_id(session, line_id)
    cycle = await cycle_of(session, line.cycle_id)
    if cycle.movements_root is None or cycle.merkle_root is None or cycle.digest is None:
        raise CycleNotSealed(cycle.name)
    statements, place = await _statements(session, cycle, line)
    document = {
        "form": FORM,
        "coalition": (await coalition_of(session)).name,
        "cycle": {"id": str(cycle.cycle_id), "number": cycle.number, "name": cycle.name, "revision": cycle.revision},
        "digest": cycle.digest.hex(),
        "roots": {
            "entries": cycle.merkle_root.hex(),
            "movements": cycle.movements_root.hex(),
            "statements": merkle.root(statements).hex(),
        },
        "line": digests.written(line.money),
        "place": _inclusion(merkle.inclusion(statements, place)),
        "movements": await _movements(session, cycle, line),
    }
    return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


async def _statements(session: ReadSession, cycle: Cycle, line: Line) -> tuple[list[bytes], int]:
    """The leaves of the statements, and which of them the line is."""
    query = select(StatementLine).where(
        StatementLine.cycle_id == cycle.cycle_id, StatementLine.revision == cycle.revision
    )
    rows = list(await session.scalars(query.order_by(col(StatementLine.number))))
    place = next((index for index, row in enumerate(rows) if row.line_id == line.line_id), None)
    if place is None:
        raise LineNotFound
    aside = [line_of(row) for row in await set_aside_lines(session, cycle)]
    return list(digests.leaves([line_of(row) for row in rows], await balances_of(session, cycle), aside)), place


async def _movements(session: ReadSession, cycle: Cycle, line: Line) -> dict[str, Any] | None:
    """The movements under a line with their own proof; None where it was counted from amounts, or is divided."""
    under = drilling.selection(session, line)
    divided = line.money.kind is LineKind.BREAKAGE and line.money.origin.redeemer_id is not None
    if under is None or divided:
        return None
    sql = text(_UNDER.format(where=under.where))
    rows = (await session.execute(sql, {**under.names, "most": MOST_MOVEMENTS + 1})).mappings().all()
    if len(rows) > MOST_MOVEMENTS:
        return None
    leaves = Hashes(b"".join([leaf async for leaf in leaves_of(session, cycle.cycle_id)]))
    proof = merkle.several(leaves, [row["place"] for row in rows])
    return {
        "size": proof.size,
        "found": [{"place": row["place"], **asdict(movement_of(dict(row)))} for row in rows],
        "nodes": [node.hex() for node in proof.nodes],
    }


def _inclusion(proof: merkle.Inclusion) -> dict[str, Any]:
    return {"index": proof.index, "size": proof.size, "path": [node.hex() for node in proof.path]}
