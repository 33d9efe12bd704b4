"""From a line of a statement down to what it was counted from: transfers, benefits, or other lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, not_, or_, select

from domain.ids import BenefitId, EntryId, PartnerId, WalletId
from domain.paging import Page, PageRequest
from domain.settlement import visible
from domain.settlement.exact import exactly
from domain.settlement.failure_models import SetAsideLine
from domain.settlement.lines import LineKind, MoneyLine, Source
from domain.settlement.models import LineColumns, StatementLine
from domain.settlement.parties import PartyRole
from domain.settlement.queries import Line, line_by_id, shown
from domain.settlement.steps import cycle_of
from domain.storage import COALITION, ReadSession, sight_of
from domain.values import Points


@dataclass(frozen=True, slots=True, kw_only=True)
class LineTransfer:
    """One movement of points under a line."""

    wallet_id: WalletId
    entry_id: EntryId
    n: int
    kind: str
    points: Points
    recorded_by: PartnerId
    posted_at: datetime | None
    """None where the viewer may not see the entry, only what it funds."""
    exact: Decimal | None
    """What this movement adds to the line; None where the line is a part of many movements together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineBenefit:
    """One benefit in money under a line."""

    wallet_id: WalletId
    benefit_id: BenefitId
    kind: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Selector:
    """Which transfers a source counts, besides the parties and versions the line names."""

    kinds: tuple[str, ...]
    where: str = "true"


SELECTORS: Mapping[Source, Selector] = {
    Source.ACCRUE: Selector(("ACCRUE",)),
    Source.ADJUST: Selector(("ADJUST",), "t.debit = 'ISSUED'"),
    Source.ADJUST_BACK: Selector(("ADJUST",), "t.debit <> 'ISSUED'"),
    Source.CLAWBACK: Selector(("CLAWBACK",), "t.debit <> 'DEBT'"),
    Source.REDEEM: Selector(("REDEEM",)),
    Source.UNREDEEM: Selector(("UNREDEEM",)),
    Source.REPAY: Selector(("REPAY",)),
    Source.EXPIRE: Selector(("EXPIRE",)),
    Source.FEE_PER_POINT: Selector(("ACCRUE", "ADJUST"), "t.debit = 'ISSUED'"),
}

SPENDS = (Source.REDEEM, Source.UNREDEEM, Source.REPAY)

_UNDER = """
(:sees_all OR :viewer IN (t.sponsor_id, t.redeemer_id, t.partner_id))
    AND t.cycle_id = :cycle_id AND t.sponsor_id = :sponsor_id AND t.sponsor_contract_id = :contract_id
    AND t.kind = ANY (:kinds) AND {where}
"""

_SUM = f"SELECT COALESCE(sum(t.points), 0)::bigint FROM transfer t WHERE {_UNDER}"  # noqa: S608 -- our own words

_PAGE = f"""
SELECT t.wallet_id, t.entry_id, t.n, t.kind, t.points, t.partner_id, e.posted_at
FROM transfer t LEFT JOIN entry e ON e.wallet_id = t.wallet_id AND e.entry_id = t.entry_id
    AND (:sees_all OR e.partner_id = :viewer)
WHERE {_UNDER}
    AND (t.wallet_id, t.entry_id, t.n) > (:after_wallet, :after_entry, :after_n)
    AND {{only}}
ORDER BY t.wallet_id, t.entry_id, t.n LIMIT :limit
"""  # noqa: S608 -- our own words

_ONLY = "(t.wallet_id, t.entry_id, t.n) = (:only_wallet, :only_entry, :only_n)"

_BENEFITS = """
SELECT wallet_id, benefit_id, kind, amount FROM benefit
WHERE (:sees_all OR :viewer IN (sponsor_id, redeemer_id))
    AND {cycle} = :cycle_id AND used_entry_id IS NOT NULL AND sponsor_id = :sponsor_id AND redeemer_id = :redeemer_id
    AND (wallet_id, benefit_id) > (:after_wallet, :after_benefit)
ORDER BY wallet_id, benefit_id LIMIT :limit
"""

_NOWHERE = UUID(int=0)
SET_ASIDE_FROM = 1_000_000_000
"""Where the lines that were set aside follow among the places of those that were not."""


async def transfers_under(
    session: ReadSession, line_id: UUID, page: PageRequest, *, only: tuple[UUID, UUID, int] | None = None
) -> Page[LineTransfer]:
    """The transfers a line was counted from, or the one that is named; none for lines counted from amounts.

    Raises: LineNotFound.
    """
    line = await line_by_id(session, line_id)
    selector = SELECTORS.get(line.money.origin.source)
    if selector is None:
        return Page(items=[], keys=[], has_next=False)
    after = page.after or (_NOWHERE, _NOWHERE, 0)
    names = _names(session, line) | {
        "kinds": list(selector.kinds),
        "after_wallet": after[0],
        "after_entry": after[1],
        "after_n": after[2],
        "limit": page.first + 1,
    }
    if only is not None:
        names |= dict(zip(("only_wallet", "only_entry", "only_n"), only, strict=True))
    where = " AND ".join([selector.where, *_conditions(line.money)])
    sql = text(_PAGE.format(where=where, only="true" if only is None else _ONLY))
    found = [transfer_of(line.money, row) for row in _rows(await session.execute(sql, names))]
    return Page.of(found, page, key=lambda moved: (moved.wallet_id, moved.entry_id, moved.n))


async def points_under(session: ReadSession, line_id: UUID) -> Points | None:
    """All points of the transfers under a line; None for a line counted from amounts. Raises: LineNotFound."""
    line = await line_by_id(session, line_id)
    selector = SELECTORS.get(line.money.origin.source)
    if selector is None:
        return None
    sql = text(_SUM.format(where=" AND ".join([selector.where, *_conditions(line.money)])))
    found = await session.scalar(sql, _names(session, line) | {"kinds": list(selector.kinds)})
    return Points(found or 0)


@dataclass(frozen=True, slots=True)
class Selection:
    """Which transfers, called t, a line was counted from: a condition, and the values of its names."""

    where: str
    names: Mapping[str, Any]


def selection(session: ReadSession, line: Line) -> Selection | None:
    """The transfers under a line that the viewer may see; None for a line counted from amounts."""
    selector = SELECTORS.get(line.money.origin.source)
    if selector is None:
        return None
    where = _UNDER.format(where=" AND ".join([selector.where, *_conditions(line.money)]))
    return Selection(where, _names(session, line) | {"kinds": list(selector.kinds)})


async def benefits_under(session: ReadSession, line_id: UUID, page: PageRequest) -> Page[LineBenefit]:
    """The benefits in money a line was counted from. Raises: LineNotFound."""
    line = await line_by_id(session, line_id)
    if line.money.origin.source not in {Source.BENEFIT, Source.BENEFIT_BACK}:
        return Page(items=[], keys=[], has_next=False)
    cycle = "cycle_id" if line.money.origin.source is Source.BENEFIT else "reversed_cycle_id"
    after = page.after or (_NOWHERE, _NOWHERE)
    names = _names(session, line) | {"after_wallet": after[0], "after_benefit": after[1], "limit": page.first + 1}
    rows = (await session.execute(text(_BENEFITS.format(cycle=cycle)), names)).mappings()
    return Page.of([LineBenefit(**row) for row in rows], page, key=lambda given: (given.wallet_id, given.benefit_id))


async def lines_under(session: ReadSession, line_id: UUID, page: PageRequest) -> Page[Line]:
    """The lines that a share fee, a minimum, a tax or a rounding line was figured from. Raises: LineNotFound."""
    line = await line_by_id(session, line_id)
    after, sight = (page.after[0] if page.after else 0), sight_of(session)
    of_set_aside = line.money.origin.source is not Source.ROUNDING
    found: dict[UUID, tuple[int, Line]] = {}
    for table, start, seen, counts in (
        (StatementLine, 0, visible.lines(sight), True),
        (SetAsideLine, SET_ASIDE_FROM, visible.lines_aside(sight), of_set_aside),
    ):
        condition = _figured_from(line.money, table)
        if counts and condition is not None and after < start + SET_ASIDE_FROM:
            rows = await _lines_of(session, line, table, seen & condition, max(after - start, 0), page.first + 1)
            found |= {row.line_id: (start + row.number, shown(row)) for row in rows}
    lines = [shown_line for _place, shown_line in found.values()][: page.first + 1]
    return Page.of(lines, page, key=lambda shown_line: (found[shown_line.line_id][0],))


async def _lines_of(
    session: ReadSession, line: Line, table: Any, condition: Any, after: int, most: int
) -> list[LineColumns]:
    cycle = await cycle_of(session, line.cycle_id)
    query = select(table).where(
        table.cycle_id == line.cycle_id, table.revision == cycle.revision, col(table.number) > after, condition
    )
    return list(await session.scalars(query.order_by(col(table.number)).limit(most)))


def _rows(result: Any) -> list[Mapping[str, Any]]:
    return list(result.mappings())


def _names(session: ReadSession, line: Line) -> dict[str, Any]:
    origin, sight = line.money.origin, sight_of(session)
    return {
        "sees_all": sight == COALITION,
        "viewer": sight.partner_id,
        "cycle_id": line.cycle_id,
        "sponsor_id": origin.sponsor_id,
        "contract_id": origin.contract_id,
        "redeemer_id": origin.redeemer_id,
        "redeemer_contract_id": origin.redeemer_contract_id,
        "accrual_cycle_ids": list(line.money.accrual_cycle_ids),
    }


def _conditions(money: MoneyLine) -> list[str]:
    """What narrows the transfers down to those of the line."""
    conditions = []
    if money.accrual_cycle_ids:
        conditions.append("t.accrual_cycle_id = ANY (:accrual_cycle_ids)")
    if money.origin.source in SPENDS:
        conditions.append("t.redeemer_id = :redeemer_id")
        conditions.append("t.redeemer_contract_id IS NOT DISTINCT FROM :redeemer_contract_id")
    if money.origin.source is Source.ACCRUE:
        conditions.append(f"t.partner_id {'<>' if money.kind is LineKind.CO_FUNDING else '='} t.sponsor_id")
    return conditions


def part_of(money: MoneyLine, points: int) -> Decimal | None:
    """What so many points under a line add to it, exactly; None where the line is a part of many movements together."""
    divided = money.kind is LineKind.BREAKAGE and money.origin.redeemer_id is not None
    with exactly():
        return None if divided or money.price is None else points * money.price * money.share


def transfer_of(money: MoneyLine, row: Mapping[str, Any]) -> LineTransfer:
    """A row of a transfer as a movement under a line."""
    return LineTransfer(
        wallet_id=row["wallet_id"],
        entry_id=row["entry_id"],
        n=row["n"],
        kind=row["kind"],
        points=Points(row["points"]),
        recorded_by=row["partner_id"],
        posted_at=row["posted_at"],
        exact=part_of(money, row["points"]),
    )


def _figured_from(money: MoneyLine, row: Any) -> Any:
    """The lines that make up the base of one that was not counted from movements."""
    origin = money.origin
    charges = [Source.ACCRUE, Source.ADJUST, Source.ADJUST_BACK, Source.CLAWBACK, *SPENDS]
    fees = [Source.FEE_PER_POINT, Source.FEE_SHARE, Source.FEE_FIXED, Source.FEE_MINIMUM]
    match origin.source:
        case Source.FEE_SHARE:
            issued = col(row.source).in_([Source.ACCRUE, Source.ADJUST])
            return issued & (col(row.contract_id) == origin.contract_id)
        case Source.FEE_MINIMUM:
            counted = col(row.source).in_([source for source in fees if source is not Source.FEE_MINIMUM])
            return counted & (col(row.sponsor_id) == origin.sponsor_id)
        case Source.TAX_OF_SUPPLY:
            supplied = col(row.source).in_([*charges, *fees]) & (col(row.contract_id) == origin.contract_id)
            return supplied & _involves(row, origin.sponsor_id) & not_(_from_what_was_paid_in(row))
        case Source.TAX_OF_CREDIT:
            return _credits(row, origin.redeemer_id, origin.credit_contract_id)
        case Source.ROUNDING:
            return _involves(row, origin.sponsor_id) & (col(row.kind) != LineKind.ROUNDING)
        case _:
            return None


def _involves(row: Any, partner_id: PartnerId | None) -> Any:
    return or_(col(row.debtor_id) == partner_id, col(row.creditor_id) == partner_id)


def _from_what_was_paid_in(row: Any) -> Any:
    """The operator's part of a reimbursement: the sponsor paid for it when the points were earned."""
    operator = or_(col(row.debtor) == PartyRole.OPERATOR, col(row.creditor) == PartyRole.OPERATOR)
    return col(row.source).in_(SPENDS) & (col(row.kind) != LineKind.MARGIN) & operator


def _credits(row: Any, partner_id: PartnerId | None, contract_id: UUID | None) -> Any:
    """Reimbursements and benefits that a partner was credited under a version, and benefits it funded."""
    given = (
        _involves(row, partner_id) & (col(row.redeemer_id) == partner_id) & (col(row.credit_contract_id) == contract_id)
    )
    reimbursed = (col(row.kind) != LineKind.MARGIN) & (col(row.kind) != LineKind.TAX)
    benefits = col(row.source).in_([Source.BENEFIT, Source.BENEFIT_BACK])
    funded = benefits & (col(row.sponsor_id) == partner_id) & (col(row.contract_id) == contract_id)
    return or_(given & reimbursed, funded)
