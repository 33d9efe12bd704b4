"""Files that partners hand in for each cycle of a year, made with known defects; and what is found of them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from domain.coalition.models import Partner
from domain.ids import CycleId, PartnerId
from domain.reconciliation import files, keeping
from domain.reconciliation.files import BeginFile
from domain.reconciliation.queries import file_by_id
from domain.reconciliation.words import FileState
from domain.settlement.models import Cycle
from resolvers.context import Context
from resolvers.reconciling import work_off
from tests.builders.partner_files import Defect, FileRow, Found, found_of, make_file, mapping, posted, written

MOST = 10**9
EACH = {
    Defect.MISSING: 7,
    Defect.DOUBLED: 5,
    Defect.LATE: 6,
    Defect.AMOUNT: 8,
    Defect.POINTS: 4,
    Defect.SIGN: 3,
    Defect.EXTRA: 5,
    Defect.UNREADABLE: 2,
}
EVERY_FOURTH = {Defect.TIME_ZONE: -10}
"""The times of another zone, five hours away."""


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """What one file had in it, and what was said of it."""

    partner: str
    cycle: str
    rows: int
    expected: Counter[Found]
    found: Counter[Found]
    shifted: bool
    zone_noticed: bool

    @property
    def missed(self) -> Counter[Found]:
        """Defects that were not found."""
        return self.expected - self.found

    @property
    def invented(self) -> Counter[Found]:
        """What was found that is no defect."""
        return self.found - self.expected


async def reconcile_all(ctx: Context, partners: Sequence[Partner], cycles: Sequence[Cycle]) -> list[Reconciled]:
    """A file of each partner for each cycle, the oldest first, worked off as the worker does."""
    done = []
    for partner in partners:
        carried: list[FileRow] = []
        for number, cycle in enumerate(cycles, start=1):
            one, carried = await _reconciled(ctx, partner, cycle, number, carried)
            done.append(one)
    return done


async def _reconciled(
    ctx: Context, partner: Partner, cycle: Cycle, number: int, carried: Sequence[FileRow]
) -> tuple[Reconciled, list[FileRow]]:
    partner_id, random = PartnerId(partner.partner_id), Random(f"{partner.slug} {number}")
    if number == 1:
        await ctx.write(keeping.save, partner_id, "tills", mapping(), by=None, now=ctx.now)
    rows = await posted(ctx.database.pool, partner_id, cycle_id=cycle.cycle_id)
    defects = EACH | (EVERY_FOURTH if number % 4 == 0 else {})
    made = make_file(rows, defects, random, carried=carried)
    content = written(made.rows)
    command = BeginFile(
        partner_id=partner_id,
        mapping="tills",
        name=f"{partner.slug}-{cycle.name}.csv",
        sequence=number,
        cycle_id=CycleId(cycle.cycle_id),
    )
    begun = await ctx.write(files.begin, command, most=MOST, by=None, now=ctx.now)
    await ctx.write(files.append, begun.file_id, 0, content, most=MOST)
    await ctx.write(files.complete, begun.file_id, sha256=hashlib.sha256(content).digest(), now=ctx.now)
    await work_off(ctx)
    file = await ctx.read(file_by_id, begun.file_id)
    assert file.state == FileState.DONE, (file.name, file.state, file.refusal_says)
    return (
        Reconciled(
            partner=partner.slug,
            cycle=cycle.name,
            rows=len(made.rows),
            expected=made.expected,
            found=await found_of(ctx.database.pool, file.file_id),
            shifted=bool(made.shift),
            zone_noticed="TIME_ZONE" in [one["code"] for one in file.findings],
        ),
        made.withheld,
    )
