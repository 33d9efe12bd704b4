"""What a partner agrees to: drawn up, signed, and from then on history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from domain.coalition.errors import ContractInvalid, ContractSigned, PartnerNotFound
from domain.coalition.models import Contract, LegalEntity, ReturnPolicy
from domain.errors import NotFound
from domain.ids import new_id
from domain.storage import WriteSession

LARGEST_AMOUNT = Decimal(10**9)

LONGEST_WAIT = 400
"""Days."""


@dataclass(frozen=True, kw_only=True)
class Band:
    """From so many points a cycle on, all of them cost this much each."""

    points: int
    price: Decimal


@dataclass(frozen=True, kw_only=True)
class Terms:
    """The terms of one contract version; prices per point, shares between 0 and 1."""

    valid_from: datetime
    issues: bool = True
    redeems: bool = True
    price: Decimal = Decimal(0)
    bands: tuple[Band, ...] = ()
    price_redeem: Decimal = Decimal(0)
    share_at_issuance: Decimal = Decimal(1)
    fee_per_point: Decimal = Decimal(0)
    fee_share: Decimal = Decimal(0)
    fee_fixed: Decimal = Decimal(0)
    fee_minimum: Decimal = Decimal(0)
    breakage_issuer: Decimal = Decimal(0)
    breakage_redeemers: Decimal = Decimal(0)
    breakage_charity: Decimal = Decimal(0)
    tax_supply: Decimal = Decimal(0)
    tax_credit: Decimal = Decimal(0)
    return_policy: ReturnPolicy = ReturnPolicy.DEBT
    return_days: int = 0

    def __post_init__(self) -> None:
        if not (self.issues or self.redeems):
            raise ContractInvalid("A contract issues points, honours them, or both.", path=("issues",))
        for name, value in vars(self).items():
            if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value < LARGEST_AMOUNT):
                raise ContractInvalid(f"{name} is a number from 0 to below {LARGEST_AMOUNT}.", path=(name,))
        for name in ("share_at_issuance", "fee_share", "tax_supply", "tax_credit"):
            if getattr(self, name) > 1:
                raise ContractInvalid(f"{name} is a share between 0 and 1.", path=(name,))
        if self.breakage_issuer + self.breakage_redeemers + self.breakage_charity > 1:
            raise ContractInvalid("The shares of breakage add up to at most 1.", path=("breakage_issuer",))
        _check_bands(self.bands)
        if not 0 <= self.return_days <= LONGEST_WAIT:
            raise ContractInvalid(f"Points wait 0 to {LONGEST_WAIT} days.", path=("return_days",))


def _check_bands(bands: Sequence[Band]) -> None:
    for band in bands:
        if band.points < 1 or not (band.price.is_finite() and 0 <= band.price < LARGEST_AMOUNT):
            raise ContractInvalid("A band begins at one point or more, at a price of nought or more.", path=("bands",))
    if any(low.points >= high.points for low, high in pairwise(bands)):
        raise ContractInvalid("Bands rise from one to the next.", path=("bands",))


async def draw_up(session: WriteSession, partner_id: UUID, terms: Terms) -> Contract:
    """Draw up the next version of a partner's contract; it binds once signed. Raises: PartnerNotFound."""
    entity = (await session.scalars(select(LegalEntity).where(LegalEntity.partner_id == partner_id).limit(1))).first()
    if entity is None:
        raise PartnerNotFound
    latest = select(func.max(Contract.version)).where(col(Contract.partner_id) == partner_id)
    values = vars(terms) | {"bands": [{"from": band.points, "price": str(band.price)} for band in terms.bands]}
    contract = Contract(
        contract_id=new_id(),
        partner_id=partner_id,
        legal_entity_id=entity.legal_entity_id,
        version=(await session.scalar(latest) or 0) + 1,
        **values,
    )
    session.add(contract)
    return contract


async def sign(session: WriteSession, contract_id: UUID, *, now: datetime) -> Contract:
    """Bring a contract into force from its valid_from on. Raises: ContractSigned, NotFound."""
    await session.flush()  # it may have been drawn up in this very transaction
    contract = await session.get(Contract, contract_id)
    if contract is None:
        raise NotFound("There is no such contract.", path=("contract",))
    if contract.signed_at is not None:
        raise ContractSigned
    contract.signed_at = now
    return contract
