"""What became of the points of each month: issued, redeemed, expired, clawed back, and what is still out. Pure.

A cohort is what was issued in one month, whoever has it now: points that moved to another wallet stay in the cohort of
the lot they were first earned in. Redeemed are points that were spent, less those that came back, and points that paid
a debt. Spent points that a return turned into debt stay redeemed; what repays them is redeemed of the lot that pays.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from domain.ids import ContractId, CycleId, PartnerId
from domain.liability.months import Months


@dataclass(frozen=True, slots=True, kw_only=True)
class PointFlow:
    """The sum of transfers alike in all of this; months are counted from one."""

    cycle_id: CycleId
    kind: str
    sponsor_id: PartnerId
    contract_id: ContractId
    accrual_cycle_id: CycleId
    redeemer_id: PartnerId | None = None
    redeemer_contract_id: ContractId | None = None
    cohort: int
    month: int
    points: int

    @property
    def issued(self) -> int:
        """Points that came into being."""
        return self.points if self.kind == "ACCRUE" else 0

    @property
    def redeemed(self) -> int:
        """Points that were spent or paid a debt; below nothing where they came back."""
        return _REDEEMED.get(self.kind, 0) * self.points

    @property
    def outstanding(self) -> int:
        """What it does to the points still out."""
        return self.points if self.kind in {"ACCRUE", "UNREDEEM"} else -self.points


_REDEEMED: Mapping[str, int] = {"REDEEM": 1, "REPAY": 1, "UNREDEEM": -1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """What became of the points that were issued in one month."""

    number: int
    month: date
    """Its first day."""
    issued: int = 0
    redeemed: int = 0
    expired: int = 0
    clawed_back: int = 0
    by_age: tuple[int, ...] = ()
    """Cumulative redemptions at the end of each complete month of its age; what the triangle shows."""

    @property
    def net_issued(self) -> int:
        """What was issued for good."""
        return self.issued - self.clawed_back

    @property
    def outstanding(self) -> int:
        """Still out: waiting, available, held, or on the way between two wallets."""
        return self.net_issued - self.redeemed - self.expired


def cohorts_of(flows: Iterable[PointFlow], months: Months) -> tuple[Cohort, ...]:
    """The cohorts that had any points, oldest first."""
    sums: defaultdict[int, Counter[str]] = defaultdict(Counter)
    redeemed: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for flow in flows:
        sums[flow.cohort][flow.kind] += flow.points
        if flow.redeemed:
            redeemed[flow.cohort][flow.month] += flow.redeemed
    return tuple(
        Cohort(
            number=number,
            month=months.label(number),
            issued=sums[number]["ACCRUE"],
            redeemed=sums[number]["REDEEM"] + sums[number]["REPAY"] - sums[number]["UNREDEEM"],
            expired=sums[number]["EXPIRE"],
            clawed_back=sums[number]["CLAWBACK"],
            by_age=_by_age(redeemed[number], number, months.complete),
        )
        for number in sorted(sums)
    )


def together(cohorts: Iterable[Cohort]) -> Counter[str]:
    """What all of them come to."""
    total: Counter[str] = Counter()
    for cohort in cohorts:
        for name in ("issued", "redeemed", "expired", "clawed_back", "outstanding"):
            total[name] += getattr(cohort, name)
    return total


def _by_age(redeemed: Mapping[int, int], number: int, complete: int) -> tuple[int, ...]:
    so_far, rows = 0, []
    for month in range(number, complete + 1):
        so_far += redeemed.get(month, 0)
        rows.append(so_far)
    return tuple(rows)
