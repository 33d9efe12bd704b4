"""A look back from beginning to end: read, rated, priced, kept. Rating takes seconds of a processor, so it is apart."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.earning.backtest.figures import Findings, SponsorPart, findings_of
from domain.earning.backtest.models import CampaignBacktest, CampaignBacktestShare
from domain.earning.budgeting import by_now
from domain.earning.terms import Campaign
from domain.ids import CampaignId, PartnerId, new_id
from domain.settlement.exact import exactly, payable
from domain.settlement.facts import flows_of, price_book
from domain.settlement.pricing import effective_prices
from domain.settlement.queries import open_cycle
from domain.settlement.terms import Flow
from domain.storage import ReadSession, WriteSession, as_coalition, concerning, sight_of
from domain.values import Money, minor_digits

if TYPE_CHECKING:
    from domain.earning.backtest.asking import LookBack, Programme
    from domain.earning.backtest.reading import Found

MOST_KEPT: Final = 20
"""So many are shown, the latest."""
FEWEST_TOLD: Final = 10
"""Of fewer members a sponsor elsewhere is not told how many they are."""

Prices = Mapping[PartnerId, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that a look back is worked out of."""

    look: LookBack
    programme: Programme
    found: Found
    currency: str
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a look back came to."""

    findings: Findings
    members: Mapping[PartnerId, int]
    """How many members would have got something that each sponsor pays for."""


async def gather(session: ReadSession, look: LookBack, *, now: datetime) -> Material:
    """Read the purchases of a past time, and the campaigns of it, with the viewer's sight.

    Raises: BacktestPeriodInvalid, BacktestNeedsPurchases, BacktestTooLarge.
    """
    # Tables in columns take a tenth of a second to load: only who looks back needs them.
    from domain.earning.backtest import asking, reading  # noqa: PLC0415

    look.check(now)
    coalition = await coalition_of(session)
    zone = ZoneInfo(coalition.time_zone)
    # As the tills weigh points against money (domain/earning/tills.py).
    worth = Fraction(coalition.standard_price) * 10 ** minor_digits(coalition.currency)
    programme = asking.programme(look, await asking.campaigns_of_time(session, look))
    looked = reading.Looked(owner=look.owner, since=programme.read_since, until=look.until)
    await asking.check_size(session, looked)
    found = await reading.read_history(
        session, looked, programme.campaigns, currency=coalition.currency, zone=zone, point_worth=worth
    )
    return Material(look=look, programme=programme, found=found, currency=coalition.currency, zone=zone)


async def prices_of(
    session: ReadSession, partner_ids: Collection[PartnerId], *, now: datetime
) -> dict[PartnerId, Decimal]:
    """What a point costs each of these sponsors now, as the forecast of the open cycle has it.

    By the band reached so far; without a contract in force there is no price. With the coalition's sight, which alone
    reads all contracts.

    Raises: CycleNotFound.
    """
    cycle = await open_cycle(session)
    book = await price_book(session, cycle, at=now)
    contracts = {one: book.in_force[one] for one in partner_ids if one in book.in_force}
    asked = [
        Flow(
            kind="ACCRUE",
            debit="ISSUED",
            points=0,
            sponsor_id=partner_id,
            sponsor_contract_id=contract_id,
            accrual_cycle_id=book.cycle_id,
        )
        for partner_id, contract_id in contracts.items()
    ]
    with exactly():
        effective = effective_prices([*await flows_of(session, book.cycle_id), *asked], book)
    return {partner_id: effective[contract_id].price for partner_id, contract_id in contracts.items()}


def work_out(material: Material, prices: Prices) -> Result:
    """Rate everything twice, as it was and with the terms looked at, and sum it up."""
    from domain.earning.backtest import findings  # noqa: PLC0415 (as above)
    from domain.earning.backtest.budgets import Purse  # noqa: PLC0415
    from domain.earning.backtest.replaying import Replay  # noqa: PLC0415

    look, programme, history = material.look, material.programme, material.found.history
    replay = Replay(history, programme.campaigns)

    def available(campaign: Campaign, at: datetime) -> int:
        window = campaign.window()
        return by_now(campaign, window[0] if window else at, at, material.zone)

    purse = Purse(
        digits=minor_digits(material.currency), prices=prices, available=available, moments=history.baskets["at"]
    )
    compared = findings.Compared(
        live=replay.given(programme.live, purse),
        asked=replay.given(programme.asked, purse),
        key=programme.key,
        counted=history.baskets["at"] >= look.since,
    )
    tables = findings.Tables(history, compared, material.found.entries)
    found = findings.found(tables, since=look.since, until=look.until)
    return Result(findings=found, members=findings.members_by_sponsor(tables))


async def keep(
    session: WriteSession, look: LookBack, result: Result, prices: Prices, *, currency: str, now: datetime
) -> CampaignBacktest:
    """Write down what was found; and for each sponsor what concerns its share, for it alone to see."""
    fingerprint = look.campaign.terms.fingerprint()
    made = CampaignBacktest(
        backtest_id=new_id(),
        partner_id=look.owner,
        campaign_id=look.campaign.campaign_id,
        version=look.campaign.version,
        fingerprint=fingerprint,
        since=look.since,
        until=look.until,
        made_at=now,
        findings=_stored(result.findings),
    )
    session.add(made)
    parts = {part.partner_id: part for part in result.findings.sponsors}
    async with as_coalition(session):
        for sponsor in look.campaign.terms.funders:
            part, members = parts.get(sponsor), result.members.get(sponsor, 0)
            session.add(
                CampaignBacktestShare(
                    backtest_id=made.backtest_id,
                    partner_id=sponsor,
                    campaign_id=made.campaign_id,
                    fingerprint=fingerprint,
                    since=look.since,
                    until=look.until,
                    made_at=now,
                    points=part.points if part else 0,
                    price=prices.get(sponsor),
                    benefits=Decimal(part.units if part else 0).scaleb(-minor_digits(currency)),
                    members=members if members >= FEWEST_TOLD else None,
                )
            )
    return made


def _stored(findings: Findings) -> dict[str, Any]:
    """As JSON; ids out of arrays of the database are of a class of their own, which is written like any other id."""
    stored: dict[str, Any] = orjson.loads(orjson.dumps(findings, default=str, option=orjson.OPT_NON_STR_KEYS))
    return stored


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """A look back as it was kept, with what of its prices the viewer may know."""

    row: CampaignBacktest
    findings: Findings
    prices: Prices
    currency: str

    def money(self, units: int) -> Money:
        """So many minor units."""
        return Money.of_minor(units, self.currency)

    def cost(self, part: SponsorPart) -> Money | None:
        """What the terms would have cost a sponsor if all points are redeemed; None: not the viewer's to know."""
        price = self.prices.get(part.partner_id)
        if price is None:
            return None
        digits = minor_digits(self.currency)
        with exactly():
            return Money(payable(part.points * price + Decimal(part.units).scaleb(-digits), digits), self.currency)


async def backtests_of(session: ReadSession, campaign_id: CampaignId, *, most: int = MOST_KEPT) -> list[Backtest]:
    """The looks back with a campaign's terms that the viewer asked for, the latest first."""
    statement = (
        select(CampaignBacktest)
        .where(col(CampaignBacktest.campaign_id) == campaign_id)
        .where(concerning(sight_of(session), col(CampaignBacktest.partner_id)))
        .order_by(col(CampaignBacktest.backtest_id).desc())
    )
    rows = (await session.scalars(statement.limit(most))).all()
    return await _with_prices(session, rows)


async def backtest_by_id(session: ReadSession, backtest_id: UUID) -> Backtest | None:
    """One look back that the viewer asked for."""
    statement = (
        select(CampaignBacktest)
        .where(col(CampaignBacktest.backtest_id) == backtest_id)
        .where(concerning(sight_of(session), col(CampaignBacktest.partner_id)))
    )
    found = await _with_prices(session, (await session.scalars(statement)).all())
    return found[0] if found else None


async def _with_prices(session: ReadSession, rows: Sequence[CampaignBacktest]) -> list[Backtest]:
    wanted = [row.backtest_id for row in rows]
    shares = await session.scalars(
        select(CampaignBacktestShare)
        .where(col(CampaignBacktestShare.backtest_id).in_(wanted))
        .where(concerning(sight_of(session), col(CampaignBacktestShare.partner_id)))
    )
    prices: dict[UUID, dict[PartnerId, Decimal]] = {}
    for share in shares:
        if share.price is not None:
            prices.setdefault(share.backtest_id, {})[PartnerId(share.partner_id)] = share.price
    currency = (await coalition_of(session)).currency
    return [
        Backtest(
            row=row,
            findings=findings_of(row.findings),
            prices=prices.get(row.backtest_id, {}),
            currency=currency,
        )
        for row in rows
    ]


async def shares_of(
    session: ReadSession, campaign_id: CampaignId, *, most: int = MOST_KEPT
) -> Sequence[CampaignBacktestShare]:
    """What looks back with a campaign's terms say of the viewer's share; to the coalition, of everybody's."""
    statement = (
        select(CampaignBacktestShare)
        .where(col(CampaignBacktestShare.campaign_id) == campaign_id)
        .where(concerning(sight_of(session), col(CampaignBacktestShare.partner_id)))
        .order_by(col(CampaignBacktestShare.backtest_id).desc())
    )
    return (await session.scalars(statement.limit(most))).all()
