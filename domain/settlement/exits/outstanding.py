"""What is still out of a sponsor's points at a cut-off, and what it is worth under the contracts it was issued by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select

from domain.coalition.exit_words import Remainder
from domain.coalition.founding import coalition_of
from domain.coalition.models import Contract
from domain.ids import ContractId, CycleId
from domain.settlement.errors import PriceUnknown
from domain.settlement.exact import ZERO, exactly, payable
from domain.settlement.models import Cycle, EffectivePrice
from domain.storage import ReadSession
from domain.values import minor_digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """Points issued under one version in one cycle that nobody has spent, and that have not expired."""

    contract_id: UUID
    accrual_cycle_id: UUID
    points: int
    price: Decimal | None
    """What each cost; None while the cycle they were issued in is not computed."""
    share_at_issuance: Decimal

    @property
    def paid_in(self) -> Decimal:
        """What was paid in for them when they were issued. Raises: PriceUnknown."""
        return self.points * self._price * self.share_at_issuance

    @property
    def due_at_redemption(self) -> Decimal:
        """What their sponsor pays when they are spent, before tax. Raises: PriceUnknown."""
        return self.points * self._price * (1 - self.share_at_issuance)

    @property
    def _price(self) -> Decimal:
        if self.price is None:
            raise PriceUnknown(ContractId(self.contract_id), CycleId(self.accrual_cycle_id))
        return self.price


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One way to deal with what is out, and what it comes to."""

    remainder: Remainder
    says: str
    amount: Decimal
    """What the partner pays the operator at the last settlement."""


async def outstanding(session: ReadSession, partner_id: UUID, upto: Cycle) -> list[Outstanding]:
    """A sponsor's points that were out at the cut-off of a cycle, or are out now while it is open."""
    sql = text("SELECT * FROM outstanding_of(:partner_id, :number)")
    rows = (await session.execute(sql, {"partner_id": partner_id, "number": upto.number})).all()
    versions = await session.scalars(select(Contract).where(Contract.partner_id == partner_id))
    shares = {version.contract_id: version.share_at_issuance for version in versions}
    settled = await session.scalars(select(EffectivePrice).where(EffectivePrice.partner_id == partner_id))
    prices = {(price.contract_id, price.cycle_id): price.price for price in settled}
    return [
        Outstanding(
            contract_id=row.sponsor_contract_id,
            accrual_cycle_id=row.accrual_cycle_id,
            points=row.points,
            price=prices.get((row.sponsor_contract_id, row.accrual_cycle_id)),
            share_at_issuance=shares[row.sponsor_contract_id],
        )
        for row in rows
    ]


def points_of(found: Sequence[Outstanding]) -> int:
    """How many points they are."""
    return sum(part.points for part in found)


async def worth(session: ReadSession, found: Sequence[Outstanding], *, at_issuance: bool) -> Decimal:
    """What was paid in for points, or what is due when they are spent, as the currency can pay it.

    Raises: PriceUnknown.
    """
    digits = minor_digits((await coalition_of(session)).currency)
    with exactly():
        exact = sum((part.paid_in if at_issuance else part.due_at_redemption for part in found), ZERO)
    return payable(exact, digits)


async def options(session: ReadSession, found: Sequence[Outstanding]) -> list[Option]:
    """The ways to deal with what is out, explained; none while a cycle is not computed."""
    if any(part.price is None for part in found):
        return []
    due = await worth(session, found, at_issuance=False)
    points = f"{points_of(found):,} points"
    return [
        Option(
            remainder=Remainder.HONOUR,
            says=f"The partner stays their sponsor: it pays up to {due} as the {points} are spent, and is closed when"
            " the last one is spent or has expired.",
            amount=ZERO,
        ),
        Option(
            remainder=Remainder.PAY_OUT,
            says=f"The partner pays the operator {due} now, which is what it would owe if all {points} were spent; the"
            " operator pays whoever redeems them, and keeps what expires.",
            amount=due,
        ),
        Option(
            remainder=Remainder.TAKE_OVER,
            says=f"The operator becomes the sponsor of the {points} and pays up to {due} as they are spent; the partner"
            " pays nothing more.",
            amount=ZERO,
        ),
    ]


async def newest_cut_off(session: ReadSession) -> Cycle | None:
    """The cycle that was cut off last."""
    query = select(Cycle).where(col(Cycle.cut_off_at).is_not(None)).order_by(col(Cycle.number).desc()).limit(1)
    return (await session.scalars(query.execution_options(populate_existing=True))).first()
