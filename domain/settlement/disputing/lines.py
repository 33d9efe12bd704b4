"""The disputed line: the same through every computation of its cycle, and how much of it is still undisputed."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from domain.settlement import visible
from domain.settlement.disputing.models import Dispute, DisputeDecision, DisputeState
from domain.settlement.errors import LineNotFound
from domain.settlement.exact import ZERO, total
from domain.settlement.models import Cycle, StatementLine
from domain.storage import ReadSession, concerning, sight_of

_IDENTITY = (
    *("cycle_id", "kind", "source", "debtor", "debtor_id", "creditor", "creditor_id"),
    *("sponsor_id", "contract_id", "redeemer_id", "redeemer_contract_id", "credit_contract_id"),
    *("price", "share", "adjustment_id"),
)
"""Lines that agree in all of this are one line, whichever computation drew it up."""


async def line_row(session: ReadSession, line_id: UUID) -> StatementLine:
    """A line that the viewer is a side of. Raises: LineNotFound."""
    query = select(StatementLine).where(StatementLine.line_id == line_id, visible.lines(sight_of(session)))
    row = (await session.scalars(query)).first()
    if row is None:
        raise LineNotFound
    return row


async def line_now(session: ReadSession, cycle: Cycle, line: StatementLine) -> StatementLine | None:
    """The line as the computation that holds drew it up; None where it has none like it any more."""
    query = select(StatementLine).where(StatementLine.revision == cycle.revision, _like(line))
    return (await session.scalars(query)).first()


async def disputes_of_line(session: ReadSession, line: StatementLine) -> list[Dispute]:
    """All disputes of a line, of whichever computation, oldest first, as far as the viewer may see them."""
    query = select(Dispute).where(
        col(Dispute.line_id).in_(select(StatementLine.line_id).where(_like(line))),
        concerning(sight_of(session), col(Dispute.partner_id), col(Dispute.other_id)),
    )
    return list(await session.scalars(query.order_by(col(Dispute.dispute_id))))


async def undisputed(session: ReadSession, line: StatementLine, disputes: Sequence[Dispute]) -> Decimal:
    """What is left of a line besides what is disputed now, and what was upheld."""
    upheld = await upheld_in(session, disputes)
    taken = [dispute.amount if dispute.is_open else upheld.get(dispute.dispute_id, ZERO) for dispute in disputes]
    return line.amount - total(taken)


async def upheld_in(session: ReadSession, disputes: Sequence[Dispute]) -> dict[UUID, Decimal]:
    """How much was upheld in each dispute that is decided."""
    decided = [dispute.dispute_id for dispute in disputes if dispute.state == DisputeState.DECIDED]
    query = select(DisputeDecision).where(
        col(DisputeDecision.dispute_id).in_(decided),
        concerning(sight_of(session), col(DisputeDecision.partner_id), col(DisputeDecision.other_id)),
    )
    return {decision.dispute_id: decision.upheld for decision in await session.scalars(query)}


def _like(line: StatementLine) -> ColumnElement[bool]:
    return and_(*(col(getattr(StatementLine, name)).is_not_distinct_from(getattr(line, name)) for name in _IDENTITY))
