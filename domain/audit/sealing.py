"""A cycle is sealed after its cut-off: a root over its entries, one over its movements, and proofs of an entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from domain import merkle
from domain.audit.errors import EntryNotInCycle
from domain.audit.movements import leaves_of as movements_of
from domain.settlement.errors import CycleNotSealed
from domain.settlement.models import Cycle
from domain.settlement.steps import Step, cycle_of, hold_still, leave_line, refuse_out_of_order
from domain.storage import ReadSession, WriteSession

# A wallet's entries stand in the order of its hash chain, so the last leaf of each wallet is the head of its chain.
_HASHES = "SELECT hash FROM entry WHERE cycle_id = :cycle_id ORDER BY wallet_id, version"
_PLACE = """
SELECT e.hash, (SELECT count(*) FROM entry o WHERE o.cycle_id = :cycle_id
    AND (o.wallet_id, o.version) < (e.wallet_id, e.version)) AS place
FROM entry e WHERE e.cycle_id = :cycle_id AND e.wallet_id = :wallet_id AND e.entry_id = :entry_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryProof:
    """What a holder of an entry needs to check that a sealed cycle contains it."""

    entry_hash: bytes
    root: bytes
    inclusion: merkle.Inclusion

    def holds(self) -> bool:
        """Whether the path leads from the entry to the root."""
        return merkle.verify(self.inclusion, self.entry_hash, self.root)


async def seal(session: WriteSession, cycle_id: UUID, *, now: datetime) -> Cycle:
    """Fix the roots over a cut-off cycle's entries and movements; read with the coalition's sight, and done once.

    Raises: CycleNotFound, SettlementOutOfOrder.
    """
    cycle = await hold_still(session, cycle_id)
    if cycle.merkle_root is not None:
        return cycle
    refuse_out_of_order(cycle, Step.SEAL)
    entries, movements = merkle.Tree(), merkle.Tree()
    async for leaf in await session.stream_scalars(text(_HASHES), {"cycle_id": cycle_id}):
        entries.add(leaf)
    async for leaf in movements_of(session, cycle_id):
        movements.add(leaf)
    cycle.merkle_root, cycle.entries = entries.root(), entries.size
    cycle.movements_root, cycle.movements = movements.root(), movements.size
    leave_line(session, cycle, Step.SEAL, was=cycle.state, now=now, note=cycle.merkle_root.hex())
    return cycle


async def prove_entry(session: ReadSession, cycle_id: UUID, *, wallet_id: UUID, entry_id: UUID) -> EntryProof:
    """The proof that a sealed cycle contains an entry; read with the coalition's sight.

    Raises: CycleNotFound, CycleNotSealed, EntryNotInCycle.
    """
    cycle = await cycle_of(session, cycle_id)
    if cycle.merkle_root is None:
        raise CycleNotSealed(cycle.name)
    names = {"cycle_id": cycle_id, "wallet_id": wallet_id, "entry_id": entry_id}
    found = (await session.execute(text(_PLACE), names)).first()
    if found is None:
        raise EntryNotInCycle
    leaves = [bytes(leaf) for leaf in await session.scalars(text(_HASHES), {"cycle_id": cycle_id})]
    return EntryProof(
        entry_hash=bytes(found.hash), root=cycle.merkle_root, inclusion=merkle.inclusion(leaves, found.place)
    )
