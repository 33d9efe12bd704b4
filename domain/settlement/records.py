"""Money lines and balances on their way into rows and back, without losing a digit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlmodel import select

from domain.ids import PartnerId, new_id
from domain.settlement import visible
from domain.settlement.digests import digest_of, seal_of
from domain.settlement.failure_models import SetAsideLine
from domain.settlement.lines import LineKind, MoneyLine, Origin, Source
from domain.settlement.models import Cycle, LineColumns, Obligation, Statement, StatementLine
from domain.settlement.parties import Party, PartyRole
from domain.settlement.statements import Balance, DrawnUp
from domain.storage import ReadSession, WriteSession, sight_of


async def keep(session: WriteSession, cycle: Cycle, drawn: DrawnUp) -> None:
    """Append a computation under the cycle's revision."""
    place: dict[str, Any] = {"cycle_id": cycle.cycle_id, "revision": cycle.revision}
    lines, aside = (
        [
            place | {"line_id": new_id(), "number": number} | _line_values(line)
            for number, line in enumerate(drawn_up, start=1)
        ]
        for drawn_up in (drawn.lines, drawn.aside)
    )
    balances = [place | {"statement_id": new_id()} | _balance_values(balance) for balance in drawn.balances]
    owed = [
        place | {"obligation_id": new_id(), "amount": amount} | _side("debtor", debtor) | _side("creditor", creditor)
        for (debtor, creditor), amount in drawn.obligations.items()
    ]
    for table, rows in ((StatementLine, lines), (SetAsideLine, aside), (Statement, balances), (Obligation, owed)):
        if rows:
            await session.execute(insert(table), rows)


async def stored_digest(session: ReadSession, cycle: Cycle) -> bytes:
    """The digest of what is stored now, to hold against the one that was proposed."""
    lines = select(StatementLine).where(
        StatementLine.cycle_id == cycle.cycle_id, StatementLine.revision == cycle.revision
    )
    found = await session.scalars(lines.order_by(StatementLine.number).execution_options(populate_existing=True))  # type: ignore[arg-type]
    balances = await balances_of(session, cycle)
    aside = [line_of(row) for row in await set_aside_lines(session, cycle)]
    return digest_of([line_of(row) for row in found], balances, seal_of(cycle), aside=aside)


async def set_aside_lines(session: ReadSession, cycle: Cycle) -> list[SetAsideLine]:
    """The lines of failed partners that a cycle's computation leaves out, in order, as far as the viewer sees them."""
    query = select(SetAsideLine).where(
        SetAsideLine.cycle_id == cycle.cycle_id,
        SetAsideLine.revision == cycle.revision,
        visible.lines_aside(sight_of(session)),
    )
    ordered = query.order_by(SetAsideLine.number).execution_options(populate_existing=True)  # type: ignore[arg-type]
    return list(await session.scalars(ordered))


async def balances_of(session: ReadSession, cycle: Cycle) -> list[Balance]:
    """What a cycle's computation says for every party the viewer may see."""
    statement = select(Statement).where(
        Statement.cycle_id == cycle.cycle_id,
        Statement.revision == cycle.revision,
        visible.statements(sight_of(session)),
    )
    found = await session.scalars(statement.execution_options(populate_existing=True))
    return sorted((balance_of(row) for row in found), key=lambda balance: balance.party)


def party_of(role: str, partner_id: UUID | None) -> Party:
    """The party that two columns name."""
    return Party(PartyRole(role), None if partner_id is None else PartnerId(partner_id))


def line_of(row: LineColumns) -> MoneyLine:
    """The money line a row holds."""
    origin = {name: getattr(row, name) for name in _ORIGIN}
    return MoneyLine(
        kind=LineKind(row.kind),
        origin=Origin(source=Source(row.source), **origin),
        debtor=party_of(row.debtor, row.debtor_id),
        creditor=party_of(row.creditor, row.creditor_id),
        accrual_cycle_ids=tuple(row.accrual_cycle_ids),  # type: ignore[arg-type]
        **{name: getattr(row, name) for name in _FIGURES},
    )


def balance_of(row: Statement) -> Balance:
    """The balance a row holds."""
    return Balance(party=party_of(row.party, row.partner_id), **{name: getattr(row, name) for name in _BALANCE})


_ORIGIN = ("sponsor_id", "contract_id", "redeemer_id", "redeemer_contract_id", "credit_contract_id")
_FIGURES = ("points", "base", "price", "share", "exact", "rounding", "amount", "adjustment_id")
_BALANCE = ("opening", "charged", "credited", "fees", "tax", "rounding", "net", "closing", "carried")


def _line_values(line: MoneyLine) -> dict[str, Any]:
    return {
        "kind": line.kind.value,
        "source": line.origin.source.value,
        "accrual_cycle_ids": list(line.accrual_cycle_ids),
        **_side("debtor", line.debtor),
        **_side("creditor", line.creditor),
        **_named(line.origin, _ORIGIN),
        **_named(line, _FIGURES),
    }


def _balance_values(balance: Balance) -> dict[str, Any]:
    return {
        "party": balance.party.role.value,
        "partner_id": balance.party.partner_id,
        **_named(balance, _BALANCE),
    }


def _side(name: str, party: Party) -> dict[str, Any]:
    return {name: party.role.value, f"{name}_id": party.partner_id}


def _named(value: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(value, name) for name in names}
