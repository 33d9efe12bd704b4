"""What pricing needs to know of a cycle, read from the books, the contracts and the cycles before."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, text
from sqlmodel import col, select

from domain.coalition.exit_models import PartnerExit
from domain.coalition.founding import coalition_of
from domain.coalition.models import Coalition, Contract, Partner, PartnerStatus
from domain.ids import ContractId, CycleId, PartnerId
from domain.settlement.errors import ForeignCurrency
from domain.settlement.failure_models import Fate, SetAside
from domain.settlement.models import Cycle
from domain.settlement.parties import Party, partner
from domain.settlement.terms import Band, BenefitFlow, Breakage, Flow, PriceBook, Terms
from domain.storage import ReadSession
from domain.values import minor_digits

_BENEFITS = """
SELECT sponsor_id, redeemer_id, currency, false AS reversed, sum(amount) AS amount FROM benefit
WHERE cycle_id = :cycle_id AND used_entry_id IS NOT NULL GROUP BY sponsor_id, redeemer_id, currency
UNION ALL
SELECT sponsor_id, redeemer_id, currency, true, sum(amount) FROM benefit
WHERE reversed_cycle_id = :cycle_id AND used_entry_id IS NOT NULL GROUP BY sponsor_id, redeemer_id, currency
ORDER BY sponsor_id, redeemer_id, reversed
"""

_TRADING = (PartnerStatus.ACTIVE, PartnerStatus.SUSPENDED, PartnerStatus.LEAVING)
"""Partners in these states owe fixed fees and minimums."""

_LEFT = (PartnerStatus.SETTLING, PartnerStatus.CLOSED)


async def flows_of(session: ReadSession, cycle_id: CycleId) -> list[Flow]:
    """The sums of a cycle's transfers, read with the coalition's sight in one pass."""
    rows = await session.execute(text("SELECT * FROM settlement_flows(:cycle_id)"), {"cycle_id": cycle_id})
    return [Flow(**{**row, "points": int(row["points"])}) for row in rows.mappings()]


async def benefits_of(session: ReadSession, cycle_id: CycleId) -> list[BenefitFlow]:
    """The sums of a cycle's benefits in money. Raises: ForeignCurrency."""
    coalition = await coalition_of(session)
    flows = []
    for row in (await session.execute(text(_BENEFITS), {"cycle_id": cycle_id})).mappings():
        if row["currency"] != coalition.currency:
            raise ForeignCurrency(row["currency"], coalition.currency)
        flows.append(BenefitFlow(**{name: row[name] for name in ("sponsor_id", "redeemer_id", "amount", "reversed")}))
    return flows


async def price_book(session: ReadSession, cycle: Cycle, *, at: datetime) -> PriceBook:
    """Everything besides the flows that the cycle's prices depend on, as it stands at an instant."""
    coalition: Coalition = await coalition_of(session)
    versions = (await session.scalars(select(Contract).where(col(Contract.signed_at).is_not(None)))).all()
    trading = set(await session.scalars(select(Partner.partner_id).where(_traded(at))))
    in_force: dict[PartnerId, Contract] = {}
    for version in sorted(versions, key=lambda version: version.version):
        if version.valid_from <= at and version.partner_id in trading:
            in_force[PartnerId(version.partner_id)] = version
    return PriceBook(
        cycle_id=CycleId(cycle.cycle_id),
        digits=minor_digits(coalition.currency),
        standard_price=coalition.standard_price,
        terms={ContractId(version.contract_id): terms_of(version) for version in versions},
        in_force={partner_id: ContractId(version.contract_id) for partner_id, version in in_force.items()},
        effective=await _settled_prices(session, cycle),
        taken_over=await _taken_over(session, cycle),
    )


def _traded(at: datetime) -> ColumnElement[bool]:
    """Who took part at an instant: also who has left since, as long as its tills honoured points then."""
    return col(Partner.status).in_(_TRADING) | (col(Partner.status).in_(_LEFT) & (col(Partner.honours_until) > at))


async def _taken_over(session: ReadSession, cycle: Cycle) -> frozenset[PartnerId]:
    """The partners whose last settlement was a cycle before this one."""
    last = select(Cycle.cycle_id).where(col(Cycle.number) < cycle.number)
    query = select(PartnerExit.partner_id).where(
        col(PartnerExit.withdrawn_at).is_(None), col(PartnerExit.last_cycle_id).in_(last)
    )
    return frozenset(PartnerId(partner_id) for partner_id in await session.scalars(query))


async def set_aside_in(session: ReadSession, cycle_id: CycleId) -> set[Party]:
    """The partners that a cycle is settled without."""
    query = select(SetAside.partner_id).where(SetAside.cycle_id == cycle_id, SetAside.fate != Fate.TAKEN_BACK)
    return {partner(PartnerId(partner_id)) for partner_id in await session.scalars(query)}


async def gone(session: ReadSession) -> set[Party]:
    """The partners that have left: what is theirs is paid out however little it is."""
    query = select(Partner.partner_id).where(col(Partner.status).in_(_LEFT))
    return {partner(PartnerId(partner_id)) for partner_id in await session.scalars(query)}


async def _settled_prices(session: ReadSession, cycle: Cycle) -> dict[tuple[ContractId, CycleId], Decimal]:
    sql = "SELECT contract_id, cycle_id, price FROM effective_price WHERE cycle_id <> :cycle_id"
    rows = await session.execute(text(sql), {"cycle_id": cycle.cycle_id})
    return {(row.contract_id, row.cycle_id): row.price for row in rows}


def terms_of(contract: Contract) -> Terms:
    """The money terms of a contract version."""
    return Terms(
        contract_id=ContractId(contract.contract_id),
        partner_id=PartnerId(contract.partner_id),
        price=contract.price,
        price_redeem=contract.price_redeem,
        bands=tuple(Band(int(band["from"]), Decimal(band["price"])) for band in contract.bands),
        share_at_issuance=contract.share_at_issuance,
        fee_per_point=contract.fee_per_point,
        fee_share=contract.fee_share,
        fee_fixed=contract.fee_fixed,
        fee_minimum=contract.fee_minimum,
        breakage=Breakage(
            issuer=contract.breakage_issuer,
            redeemers=contract.breakage_redeemers,
            charity=contract.breakage_charity,
        ),
        tax_of_supply=contract.tax_supply,
        tax_of_credit=contract.tax_credit,
    )
