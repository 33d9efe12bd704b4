"""Bonuses from turnover to points: what counts, what a late return does, what a crash leaves, who races whom."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal

import asyncpg
import pytest

from domain.audit.findings import Wrong
from domain.audit.verifying import verified
from domain.bonuses import checking, drawing_up, giving, managing, queries, selling_on
from domain.bonuses.errors import (
    BonusSchemeNotFound,
    BonusSchemeStateConflict,
    BonusStatementNotFound,
    InvalidBonusScheme,
    InvalidSoldOnReport,
)
from domain.bonuses.giving import Done
from domain.bonuses.models import StatementState
from domain.bonuses.selling_on import SoldOnRow
from domain.bonuses.terms import Against, Band, BonusPeriod, Growth, Measure, Slicing, Source
from domain.business import groups, registering
from domain.business.queries import business_by_id
from domain.earning.acting import record_actions
from domain.earning.basket import Tender
from domain.earning.errors import AgreementMissing
from domain.earning.rules import PerField
from domain.earning.when import When
from domain.ids import PartnerId
from domain.ledger.moving import merge_members
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef, recognise
from domain.paging import PageRequest
from domain.storage import Database, Sight
from domain.values import Rate
from tests.domain.bonuses.trade import ALLOWED, DAY, Trade, a_trade, at
from tests.domain.earning.world import KEYS, acting

Q1, Q2 = date(2026, 1, 1), date(2026, 4, 1)


@pytest.fixture
async def trade(database: Database) -> AsyncIterator[Trade]:
    """The wholesaler in January; the books are sound in the end."""
    made = await a_trade(database)
    made.now = at(date(2026, 11, 30))
    yield made
    await made.world.prove()


async def paying(trade: Trade) -> None:
    """A campaign of the owner that gives a point for every cent of a bonus."""
    when = When(triggers=frozenset({"BONUS"}))
    await trade.world.live(PerField(points=Rate(1), field="value"), name="Bonus points", when=when)


async def test_a_quarter_is_told_once_and_given_once(trade: Trade) -> None:
    firm = await trade.firm(1)
    await paying(trade)
    await trade.live(starts_on=date(2026, 10, 1))
    await trade.buys(1, 80_000)
    trade.now = at(date(2026, 12, 31), 23)
    await trade.buys(1, 45_050)
    trade.now = at(date(2027, 1, 1), 0)
    await trade.buys(1, 999_999)  # the next quarter's
    assert await trade.turn() == Done(drawn_up=1, given=1)
    [told] = await trade.statements(firm)
    # 1,000.00 at 1 %, 250.50 at 2 %: 10.00 + 5.01
    assert told.turnover == 125_050
    assert (told.bonus, told.given, told.state) == (1_501, 1_501, StatementState.GIVEN)
    assert await trade.points(firm) == 1_501
    trade.now += DAY
    assert await trade.turn() == Done()
    assert await trade.points(firm) == 1_501


async def test_a_return_after_the_close_is_told_by_the_next_statement_and_never_below_nothing(trade: Trade) -> None:
    firm = await trade.firm(1)
    await paying(trade)
    await trade.live(starts_on=date(2026, 11, 1), period=BonusPeriod.MONTH)
    bought = await trade.buys(1, 120_000, quantity="12")
    trade.now = at(date(2026, 12, 1))
    await trade.turn()
    assert await trade.points(firm) == 1_400
    await trade.gives_back(bought, "6")  # 600.00 are left: 6.00
    await trade.buys(1, 30_000)
    trade.now = at(date(2027, 1, 1))
    await trade.turn()
    _, second = await trade.statements(firm)
    assert (second.bonus, second.correction, second.given, second.carried) == (300, -800, 0, -500)
    assert [(one.starts, one.was, one.now) for one in second.corrections] == [(date(2026, 11, 1), 1_400, 600)]
    await trade.buys(1, 70_000)
    trade.now = at(date(2027, 2, 1))
    await trade.turn()
    *_, third = await trade.statements(firm)
    assert (third.bonus, third.correction, third.brought, third.given, third.carried) == (700, 0, -500, 200, 0)
    assert await trade.points(firm) == 1_600
    whole = [one.settled for one in await trade.statements(firm)]
    assert whole == [600, 300, 700], "what each month comes to by now; the points are their sum"


async def test_what_is_left_out_does_not_count(trade: Trade) -> None:
    firm = await trade.firm(1)
    await trade.live(starts_on=date(2026, 10, 1), not_skus=frozenset({"wine"}), not_tenders=frozenset({"VOUCHER"}))
    await trade.live(name="Of one maker", starts_on=date(2026, 10, 1), makers=frozenset({trade.world.maker}))
    await trade.live(name="Dairy", starts_on=date(2026, 10, 1), categories=frozenset({"DAIRY"}))
    await trade.buys(1, 10_000)
    await trade.buys(1, 50_000, sku="wine")
    await trade.buys(1, 777, sku="milk")
    paid = (Tender(kind="VOUCHER", amount=100), Tender(kind="CARD", amount=233))
    await trade.buys(1, 333, tenders=paid)
    trade.now = at(date(2027, 1, 1))
    await trade.turn()
    assert sorted(one.turnover for one in await trade.statements(firm)) == [777, 11_010, 11_110]


async def test_growth_is_counted_from_the_period_before(trade: Trade) -> None:
    firm = await trade.firm(1)
    grown = Growth(bands=(Band(start=10, rate=Rate("0.05")),), against=Against.PERIOD_BEFORE, least_base=1_000)
    await trade.live(starts_on=date(2026, 11, 1), period=BonusPeriod.MONTH, bands=(), growth=grown)
    await trade.buys(1, 10_000)
    trade.now = at(date(2026, 12, 15))
    await trade.buys(1, 11_000)
    trade.now = at(date(2027, 1, 1))
    await trade.turn()
    first, second = await trade.statements(firm)
    assert (first.growth, first.bonus) == (None, 0)
    assert second.base == 10_000
    assert (second.growth, second.bonus) == (1_000, 550)


async def test_purchases_elsewhere_count_by_agreement_and_while_the_firm_lets_them_be_known(trade: Trade) -> None:
    maker = PartnerId(trade.rival.partner_id)
    told = await trade.firm(1, consents=ALLOWED)
    quiet = await trade.firm(2)
    for number in (1, 2):
        await trade.firm(number, by=maker, idempotency_key=f"there-{number:04}")
    terms = trade.terms(starts_on=date(2026, 10, 1), partners=frozenset({trade.owner, maker}))
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        drawn = await managing.draft(session, trade.owner, terms, now=trade.now)
        with pytest.raises(AgreementMissing):
            await managing.publish(session, trade.owner, drawn.scheme_id, now=trade.now)
    await trade.live(starts_on=date(2026, 10, 1), partners=frozenset({trade.owner, maker}))
    for number in (1, 2):
        await trade.buys(number, 1_000)
        await trade.buys(number, 5_000, partner=maker)
    trade.now = at(date(2027, 1, 1))
    await trade.turn()
    figures = {one.business_id: one.turnover for one in await trade.statements()}
    assert figures == {told: 6_000, quiet: 1_000}
    [first] = await trade.statements(told)
    behind = await queries.purchases_of(trade.database.pool, trade.owner, first.statement_id, PageRequest(10))
    assert [one.value for one in behind.items] == [1_000], "another's baskets are never shown"
    nobody = await queries.purchases_of(trade.database.pool, maker, first.statement_id, PageRequest(10))
    assert nobody.items == []


async def test_several_schemes_add_up_and_only_groups_that_are_meant_take_part(trade: Trade) -> None:
    one, other = await trade.firm(1), await trade.firm(2)
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        made = await groups.define(session, trade.owner, "Key accounts", now=trade.now)
        await groups.put_in(session, trade.owner, made.segment_id, [one], now=trade.now)
    await trade.live(starts_on=date(2026, 10, 1))
    by_piece = (Band(start=0, rate=Rate(5)),)
    chosen = frozenset({made.segment_id})
    await trade.live(
        name="By piece", starts_on=date(2026, 10, 1), measure=Measure.QUANTITY, bands=by_piece, groups=chosen
    )
    for number in (1, 2):
        await trade.buys(number, 10_000, quantity="12.5")
    trade.now = at(date(2027, 1, 1))
    await trade.turn()
    assert sorted(found.given for found in await trade.statements(one)) == [62, 100]
    assert [found.given for found in await trade.statements(other)] == [100]


async def test_statements_wait_for_their_owner_where_it_wants_to_see_them(trade: Trade) -> None:
    firm = await trade.firm(1)
    await paying(trade)
    await trade.live(starts_on=date(2026, 10, 1), by_hand=True)
    await trade.buys(1, 10_000)
    trade.now = at(date(2027, 1, 1))
    assert await trade.turn() == Done(drawn_up=1)
    [draft] = await trade.statements(firm)
    rival = PartnerId(trade.rival.partner_id)
    async with acting(trade.database, Sight.partner(rival)) as session:
        with pytest.raises(BonusStatementNotFound):
            await checking.check(session, rival, [draft.statement_id], by=None, now=trade.now)
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        [checked] = await checking.check(session, trade.owner, [draft.statement_id], by=None, now=trade.now)
    assert checked.state is StatementState.CHECKED
    assert await trade.turn() == Done(given=1)
    assert await trade.points(firm) == 100


async def test_two_workers_that_close_the_same_quarter_give_each_firm_one_bonus(trade: Trade) -> None:
    firms = [await trade.firm(number) for number in range(1, 7)]
    await paying(trade)
    await trade.live(starts_on=date(2026, 10, 1))
    for number in range(1, 7):
        await trade.buys(number, number * 1_000)
    trade.now = at(date(2027, 1, 1))
    turns = await asyncio.gather(*(trade.turn() for _ in range(4)))
    assert sum(done.drawn_up for done in turns) == len(firms)
    assert sum(done.given for done in turns) == len(firms)
    assert [await trade.points(firm) for firm in firms] == [number * 10 for number in range(1, 7)]


async def test_what_a_crash_leaves_between_the_books_and_the_note_is_noted_and_given_once(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    firm = await trade.firm(1)
    await paying(trade)
    await trade.live(starts_on=date(2026, 10, 1))
    await trade.buys(1, 10_000)
    trade.now = at(date(2027, 1, 1))

    async def recorded_and_killed(*args: object, **kwargs: object) -> object:
        await record_actions(*args, **kwargs)  # type: ignore[arg-type]
        raise asyncio.CancelledError

    with monkeypatch.context() as killing:
        killing.setattr(giving, "record_actions", recorded_and_killed)
        with pytest.raises(asyncio.CancelledError):
            await trade.turn()
    assert await trade.points(firm) == 100
    assert await trade.turn() == Done(given=1)
    assert await trade.points(firm) == 100
    [told] = await trade.statements(firm)
    assert told.state is StatementState.GIVEN


async def test_chunks_go_on_where_they_were_left(trade: Trade, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing_up, "AT_ONCE", 2)
    for number in range(1, 6):
        await trade.firm(number)
    await trade.live(starts_on=date(2026, 10, 1))
    trade.now = at(date(2027, 1, 1))
    assert (await trade.turn()).drawn_up == 5


async def test_firms_that_turn_out_to_be_one_have_one_statement_of_all_they_bought(trade: Trade) -> None:
    one, other = await trade.firm(1), await trade.firm(2)
    await trade.live(starts_on=date(2026, 10, 1))
    await trade.buys(1, 1_000)
    await trade.buys(2, 2_000)
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        first, second = [await business_by_id(session, trade.owner, each) for each in (one, other)]
    refs = [MemberRef(identifier=Identifier.external(name, trade.owner)) for name in ("C1", "C2")]
    kept, gone = await recognise(trade.database.pool, refs, trade.owner, key=KEYS.lookup, now=trade.now)
    assert kept is not None
    assert gone is not None
    assert (kept.member_id, gone.member_id) == (first.member_id, second.member_id)
    await merge_members(trade.database.pool, gone, kept, now=trade.now)
    trade.now = at(date(2027, 1, 1))
    await trade.turn()
    [only] = await trade.statements()
    assert only.business_id == one
    assert only.turnover == 3_000


async def test_a_firm_that_is_served_no_more_gets_nothing_further(trade: Trade) -> None:
    await trade.firm(1)
    left = await trade.firm(2)
    await trade.registered(3)
    await trade.live(starts_on=date(2026, 10, 1))
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        await registering.end(session, trade.owner, left, now=trade.now)
    trade.now = at(date(2027, 1, 1))
    assert (await trade.turn()).drawn_up == 1


async def test_a_scheme_goes_by_the_version_that_was_live_first_in_a_period(trade: Trade) -> None:
    firm = await trade.firm(1)
    scheme = await trade.live(starts_on=date(2026, 11, 1), period=BonusPeriod.MONTH)
    better = trade.terms(
        starts_on=date(2026, 11, 1), period=BonusPeriod.MONTH, bands=(Band(start=0, rate=Rate("0.5")),)
    )
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        with pytest.raises(InvalidBonusScheme):
            await managing.change(session, trade.owner, scheme.scheme_id, trade.terms(), now=trade.now)
        await managing.change(session, trade.owner, scheme.scheme_id, better, now=trade.now)
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        await managing.publish(session, trade.owner, scheme.scheme_id, now=trade.now)
    await trade.buys(1, 10_000)
    trade.now = at(date(2026, 12, 10))
    await trade.buys(1, 10_000)
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        await managing.end(session, trade.owner, scheme.scheme_id, now=trade.now)
        with pytest.raises(BonusSchemeStateConflict):
            await managing.pause(session, trade.owner, scheme.scheme_id, now=trade.now)
    trade.now = at(date(2027, 3, 1))
    await trade.turn()
    assert [(told.version, told.given) for told in await trade.statements(firm)] == [(1, 100), (2, 5_000)]


async def test_a_scheme_is_paused_and_goes_on_as_its_next_version(trade: Trade) -> None:
    firm = await trade.firm(1)
    scheme = await trade.live(starts_on=date(2026, 11, 1), period=BonusPeriod.MONTH)
    owner = Sight.partner(trade.owner)
    async with acting(trade.database, owner) as session:
        await managing.pause(session, trade.owner, scheme.scheme_id, now=trade.now)
    trade.now = at(date(2027, 1, 10))
    async with acting(trade.database, owner) as session:
        again = await managing.resume(session, trade.owner, scheme.scheme_id, now=trade.now)
    assert again.version == 2
    async with acting(trade.database, Sight.partner(trade.rival.partner_id)) as session:
        with pytest.raises(BonusSchemeNotFound):
            await queries.scheme_by_id(session, scheme.scheme_id)
    trade.now = at(date(2027, 2, 1))
    await trade.turn()
    told = [one.starts for one in await trade.statements(firm)]
    assert told == [date(2026, 11, 1), date(2027, 1, 1)], "December was paused from its first day to its last"


def sold(firm: int, reference: str, quantity: str, value: int, **changes: object) -> SoldOnRow:
    """A row of a report."""
    usual = {"sku": "butter", "day": date(2026, 11, 12), "customer": "K-77"}
    told = {"firm": f"C{firm}", "reference": reference, "quantity": Decimal(quantity), "value": value}
    return SoldOnRow(**{**usual, **told, **changes})  # type: ignore[arg-type]


async def test_what_was_sold_on_counts_once_and_as_it_was_told_last(trade: Trade) -> None:
    firm = await trade.firm(1)
    await trade.live(starts_on=date(2026, 10, 1), source=Source.SOLD_ON, partners=frozenset(), slicing=Slicing.WHOLE)

    async def report(name: str, *rows: SoldOnRow) -> selling_on.TakenIn:
        pool, now = trade.database.pool, trade.now
        return await selling_on.take_in(pool, trade.owner, name, rows, lookup_key=KEYS.lookup, now=now)

    rows = (
        sold(1, "A-1", "10", 50_000),
        sold(1, "A-2", "2", 30_000),
        sold(1, "A-2", "9", 99_999),
        sold(9, "B-1", "1", 10_000),
        sold(1, "A-3", "1", -5),
        sold(1, "A-4", "1", 100, day=date(2027, 5, 1)),
    )
    first = await report("October", *rows)
    assert (first.taken, first.replaced) == (2, 0)
    assert [(one.number, one.field) for one in first.refused] == [
        (3, "reference"),
        (4, "firm"),
        (5, "quantity"),
        (6, "day"),
    ]
    again = await report("October again", *rows)
    assert (again.report_id, again.replayed) == (first.report_id, True)
    mended = await report("Corrected", sold(1, "A-2", "3", 60_000))
    assert (mended.taken, mended.replaced) == (1, 1)
    with pytest.raises(InvalidSoldOnReport):
        await report("Empty")
    trade.now = at(date(2027, 1, 1))
    await trade.turn()
    [told] = await trade.statements(firm)
    assert told.turnover == 110_000
    assert told.bonus == 2_200
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        assert len((await queries.reports(session, PageRequest(10))).items) == 2
    async with acting(trade.database, Sight.partner(trade.rival.partner_id)) as session:
        assert (await queries.reports(session, PageRequest(10))).items == []


FAULTS = (
    "turnover = turnover + 10000",
    "settled = settled + 1",
    "bonus = bonus + 1, given = given + 1",
    "given = given + 1, correction = correction + 1",
    "entry_id = gen_random_uuid()",
)


async def test_the_audit_finds_what_is_wrong_with_a_statement(trade: Trade, database_url: str) -> None:
    await trade.firm(1)
    await trade.live(starts_on=date(2026, 10, 1))
    await trade.buys(1, 20_000)
    trade.now = at(date(2027, 1, 1))
    await trade.turn()
    owner = await asyncpg.connect(database_url)
    try:
        await owner.execute("SET app.sight = 'coalition'")
        for fault in FAULTS:
            planted = owner.transaction()
            await planted.start()
            await owner.execute("ALTER TABLE bonus_statement DISABLE TRIGGER bonus_statement_guarded")
            await owner.execute(f"UPDATE bonus_statement SET {fault}")
            assert {one.wrong for one in (await verified(owner)).findings} == {Wrong.BONUS_DIFFERS}, fault
            await planted.rollback()
    finally:
        await owner.close()
