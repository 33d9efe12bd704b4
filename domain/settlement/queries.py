"""What settlement shows: cycles, statements, their lines, and what netting makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from domain.coalition.founding import coalition_of
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.settlement import netting, visible
from domain.settlement.errors import CycleNotFound, LineNotFound, StatementNotFound
from domain.settlement.exact import ONE, ZERO, exactly
from domain.settlement.failure_models import SetAsideLine
from domain.settlement.lines import LineKind, MoneyLine
from domain.settlement.models import (
    Acceptance,
    Cycle,
    CycleState,
    LineColumns,
    Obligation,
    SettlementStep,
    Statement,
    StatementLine,
)
from domain.settlement.parties import OPERATOR, Party, PartyRole
from domain.settlement.records import balance_of, balances_of, line_of, party_of, set_aside_lines
from domain.settlement.statements import Balance
from domain.settlement.steps import cycle_of
from domain.storage import ReadSession, sight_of
from domain.values import minor_digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A stored money line."""

    line_id: UUID
    cycle_id: UUID
    number: int
    money: MoneyLine


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementView:
    """One party's statement: its balance, and what each kind of line comes to for it."""

    statement_id: UUID
    cycle: Cycle
    currency: str
    balance: Balance
    by_kind: Mapping[LineKind, Decimal]
    accepted_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Netting:
    """Who owes whom before netting, what is left of it, and the two ways to pay that."""

    currency: str
    digits: int
    obligations: Mapping[tuple[Party, Party], int]
    """In minor units, as all amounts here."""
    gross: int
    nets: Mapping[Party, int]
    efficiency: Fraction
    payable: Mapping[Party, int]
    """With what was carried forward; the operator's takes in charity, tax and rounding, which it passes on."""
    carried: Mapping[Party, int]
    through_operator: Sequence[netting.Payment[Party]]
    peer_to_peer: Sequence[netting.Payment[Party]]


async def all_cycles(session: ReadSession, *, most: int = 100) -> list[Cycle]:
    """The cycles, newest first."""
    return list(await session.scalars(select(Cycle).order_by(col(Cycle.number).desc()).limit(most)))


async def cycles(session: ReadSession, page: PageRequest) -> Page[Cycle]:
    """The cycles in pages, newest first."""
    query = select(Cycle).order_by(col(Cycle.number).desc()).limit(page.first + 1)
    if page.after is not None:
        query = query.where(col(Cycle.number) < page.after[0])
    return Page.of(list(await session.scalars(query)), page, key=lambda cycle: (cycle.number,))


async def open_cycle(session: ReadSession) -> Cycle:
    """The cycle that postings belong to now. Raises: CycleNotFound."""
    return _found((await session.scalars(select(Cycle).where(Cycle.state == CycleState.OPEN))).first())


async def cycle_named(session: ReadSession, name: str) -> Cycle:
    """The cycle of that name. Raises: CycleNotFound."""
    return _found((await session.scalars(select(Cycle).where(Cycle.name == name))).first())


async def cycles_like(session: ReadSession, begins: str, most: int) -> list[Cycle]:
    """Cycles whose name begins so, newest first."""
    query = select(Cycle).where(col(Cycle.name).startswith(begins, autoescape=True))
    return list(await session.scalars(query.order_by(col(Cycle.number).desc()).limit(most)))


async def steps_of(session: ReadSession, cycle_id: UUID) -> list[SettlementStep]:
    """Who did what to a cycle, in order, as far as the viewer may see it."""
    statement = select(SettlementStep).where(SettlementStep.cycle_id == cycle_id, visible.steps(sight_of(session)))
    return list(await session.scalars(statement.order_by(col(SettlementStep.step_id))))


async def balances(session: ReadSession, cycle_id: UUID) -> list[Balance]:
    """What a computed cycle comes to for every party the viewer may see. Raises: CycleNotFound."""
    return await balances_of(session, await cycle_of(session, cycle_id))


async def statement(session: ReadSession, cycle_id: UUID, partner_id: PartnerId) -> StatementView:
    """A partner's statement. Raises: CycleNotFound, StatementNotFound."""
    return await party_statement(session, cycle_id, Party(PartyRole.PARTNER, partner_id))


async def statement_by_id(session: ReadSession, statement_id: UUID) -> StatementView:
    """A statement that the viewer may see, as long as its computation holds. Raises: StatementNotFound."""
    query = select(Statement).where(Statement.statement_id == statement_id, visible.statements(sight_of(session)))
    row = (await session.scalars(query)).first()
    if row is None:
        raise StatementNotFound
    found = await party_statement(session, row.cycle_id, party_of(row.party, row.partner_id))
    if found.statement_id != statement_id:
        raise StatementNotFound
    return found


async def party_statement(session: ReadSession, cycle_id: UUID, party: Party) -> StatementView:
    """The statement of any party, those of the house included. Raises: CycleNotFound, StatementNotFound."""
    cycle = await cycle_of(session, cycle_id)
    sight = sight_of(session)
    query = select(Statement).where(
        visible.statements(sight),
        Statement.cycle_id == cycle_id,
        Statement.revision == cycle.revision,
        Statement.party == party.role,
        col(Statement.partner_id).is_not_distinct_from(party.partner_id),
    )
    row = (await session.scalars(query)).first()
    if row is None:
        raise StatementNotFound
    by_kind: dict[LineKind, Decimal] = {}
    for stored in await session.scalars(_lines_of(cycle, party).where(visible.lines(sight))):
        money = line_of(stored)
        by_kind[money.kind] = by_kind.get(money.kind, ZERO) + money.signed(party)
    agreed = None
    if party.partner_id is not None:
        agreed = await session.get(Acceptance, (cycle_id, party.partner_id, cycle.revision))
    return StatementView(
        statement_id=row.statement_id,
        cycle=cycle,
        currency=(await coalition_of(session)).currency,
        balance=balance_of(row),
        by_kind={kind: by_kind[kind] for kind in LineKind if kind in by_kind},
        accepted_at=agreed.accepted_at if agreed else None,
    )


async def lines(session: ReadSession, cycle_id: UUID, party: Party, page: PageRequest) -> Page[Line]:
    """The lines of a party's statement, in order. Raises: CycleNotFound."""
    cycle = await cycle_of(session, cycle_id)
    query = _lines_of(cycle, party).where(visible.lines(sight_of(session)))
    query = query.order_by(col(StatementLine.number)).limit(page.first + 1)
    if page.after is not None:
        query = query.where(col(StatementLine.number) > page.after[0])
    found = [shown(row) for row in await session.scalars(query)]
    return Page.of(found, page, key=lambda line: (line.number,))


async def every_line(session: ReadSession, cycle: Cycle, party: Party) -> list[Line]:
    """All lines of a party's statement, in order, as far as the viewer may see them."""
    query = _lines_of(cycle, party).where(visible.lines(sight_of(session)))
    return [shown(row) for row in await session.scalars(query.order_by(col(StatementLine.number)))]


async def line_by_id(session: ReadSession, line_id: UUID) -> Line:
    """One line that the viewer may see, one of those set aside included. Raises: LineNotFound."""
    sight = sight_of(session)
    query = select(StatementLine).where(StatementLine.line_id == line_id, visible.lines(sight))
    row: LineColumns | None = (await session.scalars(query)).first()
    if row is None:
        aside = select(SetAsideLine).where(SetAsideLine.line_id == line_id, visible.lines_aside(sight))
        row = (await session.scalars(aside)).first()
    if row is None:
        raise LineNotFound
    return shown(row)


async def netting_of(session: ReadSession, cycle_id: UUID) -> Netting:
    """The gross matrix of a computed cycle and its payment plans, read with the coalition's sight.

    Raises: CycleNotFound, Unbalanced.
    """
    cycle = await cycle_of(session, cycle_id)
    currency = (await coalition_of(session)).currency
    digits = minor_digits(currency)
    rows = select(Obligation).where(
        Obligation.cycle_id == cycle_id,
        Obligation.revision == cycle.revision,
        visible.obligations(sight_of(session)),
    )
    owed = {
        (party_of(row.debtor, row.debtor_id), party_of(row.creditor, row.creditor_id)): _minor(row.amount, digits)
        for row in await session.scalars(rows)
    }
    found = await balances_of(session, cycle)
    partners = [balance for balance in found if balance.party.role is PartyRole.PARTNER]
    payable = with_operator({balance.party: _minor(balance.payable, digits) for balance in partners})
    return Netting(
        currency=currency,
        digits=digits,
        obligations=dict(sorted(owed.items())),
        gross=netting.gross(owed),
        nets=netting.nets(owed),
        efficiency=netting.efficiency(owed),
        payable=payable,
        carried=with_operator({balance.party: _minor(balance.carried, digits) for balance in partners}),
        through_operator=netting.through_operator(payable, OPERATOR),
        peer_to_peer=netting.peer_to_peer(payable),
    )


def with_operator(positions: Mapping[Party, int]) -> dict[Party, int]:
    """The partners' positions, and the operator's as the other side of them all."""
    return {**positions, OPERATOR: -sum(positions.values())}


async def lines_aside(session: ReadSession, cycle_id: UUID) -> list[Line]:
    """What failed partners would have owed and been owed in a cycle, as far as the viewer may see it.

    Raises: CycleNotFound.
    """
    return [shown(row) for row in await set_aside_lines(session, await cycle_of(session, cycle_id))]


def shown(row: LineColumns) -> Line:
    """A row as a line."""
    return Line(line_id=row.line_id, cycle_id=row.cycle_id, number=row.number, money=line_of(row))


def _lines_of(cycle: Cycle, party: Party) -> SelectOfScalar[StatementLine]:
    """The lines of a cycle's computation that a party is a side of."""
    return select(StatementLine).where(
        StatementLine.cycle_id == cycle.cycle_id,
        StatementLine.revision == cycle.revision,
        or_(
            (col(StatementLine.debtor) == party.role)
            & col(StatementLine.debtor_id).is_not_distinct_from(party.partner_id),
            (col(StatementLine.creditor) == party.role)
            & col(StatementLine.creditor_id).is_not_distinct_from(party.partner_id),
        ),
    )


def _minor(amount: Decimal, digits: int) -> int:
    with exactly():
        units = amount / ONE.scaleb(-digits)
        assert units == units.to_integral_value(), "what is stored was rounded to the currency"
        return int(units)


def _found(cycle: Cycle | None) -> Cycle:
    if cycle is None:
        raise CycleNotFound
    return cycle
