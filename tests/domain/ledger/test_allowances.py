"""Prepaid points and credit limits where points are awarded: what is left goes to the last point, and never beyond."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from domain.audit.findings import Wrong
from domain.audit.verifying import verified
from domain.coalition.contracts import Terms, draw_up, sign
from domain.ids import PartnerId
from domain.ledger import adjusting
from domain.ledger.allowance_models import AllowanceKind, ChangeReason, StopReason
from domain.ledger.allowances import add, held, stop
from domain.ledger.errors import CreditLimitReached, IssuanceStopped, PrepaidUsedUp
from domain.ledger.posting import Door, post
from domain.storage import ReadSession, Sight, WriteSession
from domain.values import Points
from tests.builders.coalition import writing
from tests.builders.ledger import Books
from tests.domain.ledger.sponsoring import a_sponsor, give, issued, left, on_credit

CENT, ONE = Decimal("0.01"), Decimal(1)


async def test_an_award_is_cut_to_what_is_left_and_then_falls_away(books: Books) -> None:
    sponsor, who = await a_sponsor(books, "payer", 100), await books.member()
    first = await books.posted(Door.PURCHASES, books.purchase(who, books.award(70, sponsor_id=sponsor.partner_id)))
    second = await books.posted(Door.PURCHASES, books.purchase(who, books.award(70, sponsor_id=sponsor.partner_id)))
    third = await books.posted(Door.PURCHASES, books.purchase(who, books.award(70, sponsor_id=sponsor.partner_id)))
    assert [cut.given for verdict in (first, second, third) for cut in verdict.cuts] == [30, 0]
    assert {cut.why for verdict in (second, third) for cut in verdict.cuts} == {"PREPAID_USED_UP"}
    assert (await left(books.owner, sponsor), await issued(books.owner, sponsor)) == (0, 100)


async def test_nothing_is_paid_so_nothing_is_awarded(books: Books) -> None:
    sponsor, who = await a_sponsor(books, "payer"), await books.member()
    verdict = await books.posted(Door.PURCHASES, books.purchase(who, books.award(1, sponsor_id=sponsor.partner_id)))
    assert [cut.given for cut in verdict.cuts] == [0]


async def test_without_a_hard_limit_packs_are_drawn_first_and_the_rest_is_billed(books: Books) -> None:
    sponsor, who = await a_sponsor(books, "payer", 100, pack_limit=False), await books.member()
    for points in (70, 70, 70):
        bought = books.purchase(who, books.award(points, sponsor_id=sponsor.partner_id))
        assert (await books.posted(Door.PURCHASES, bought)).cuts == ()
    assert (await left(books.owner, sponsor), await issued(books.owner, sponsor)) == (0, 210)
    drawn = await books.owner.fetch("SELECT points FROM allowance_draw ORDER BY points DESC")
    assert [row["points"] for row in drawn] == [70, 30]


async def test_one_batch_shares_what_is_left_in_its_order(books: Books) -> None:
    sponsor = await a_sponsor(books, "payer", 100)
    who = [await books.member() for _ in range(4)]
    bought = [books.purchase(one, books.award(40, sponsor_id=sponsor.partner_id)) for one in who]
    verdicts = await post(books.pool, Door.PURCHASES, bought, now=books.now)
    assert [[cut.given for cut in verdict.cuts] for verdict in verdicts] == [[], [], [20], [0]]
    assert [(await books.counters(one))[0] for one in who] == [40, 40, 20, 0]


async def test_a_replay_draws_nothing_again(books: Books) -> None:
    sponsor, who = await a_sponsor(books, "payer", 100), await books.member()
    bought = books.purchase(who, books.award(40, sponsor_id=sponsor.partner_id), key="once")
    await books.posted(Door.PURCHASES, bought)
    assert (await books.ask(Door.PURCHASES, bought)).outcome == "REPLAYED"
    assert await left(books.owner, sponsor) == 60


async def test_a_refused_purchase_draws_nothing(books: Books) -> None:
    sponsor, who = await a_sponsor(books, "payer", 100), await books.member()
    bought = books.purchase(who, books.award(40, sponsor_id=sponsor.partner_id), outlet_id=UUID(int=7))
    assert (await books.ask(Door.PURCHASES, bought)).outcome == "OUTLET_NOT_FOUND"
    assert await left(books.owner, sponsor) == 100


async def test_unspent_points_that_are_clawed_back_go_back_to_the_pack(books: Books) -> None:
    sponsor, who = await a_sponsor(books, "payer", 100), await books.member()
    bought = books.purchase(who, books.award(80, sponsor_id=sponsor.partner_id))
    await books.posted(Door.PURCHASES, bought)
    await books.give_back(who, bought, 30)
    await books.give_back(who, bought, 20, before=1)
    assert await left(books.owner, sponsor) == 70


async def test_spent_points_stay_drawn(books: Books) -> None:
    sponsor, who = await a_sponsor(books, "payer", 100), await books.member()
    bought = books.purchase(who, books.award(80, sponsor_id=sponsor.partner_id))
    await books.posted(Door.PURCHASES, bought)
    await books.redeem(who, 60)
    await books.give_back(who, bought, 80)
    assert await books.counters(who) == (0, 0, 0, 60)
    assert await left(books.owner, sponsor) == 40


async def test_credit_counts_in_money_and_rounds_up(books: Books) -> None:
    sponsor, who = await on_credit(books, "debtor", "1.00", tax_supply=Decimal("0.21")), await books.member()
    verdict = await books.posted(Door.PURCHASES, books.purchase(who, books.award(90, sponsor_id=sponsor.partner_id)))
    assert [(cut.given, cut.why) for cut in verdict.cuts] == [(82, "CREDIT_LIMIT_REACHED")]  # 0.0121 a point
    assert await left(books.owner, sponsor, "CREDIT") == 1_000_000 - 82 * 12_100


async def test_packs_are_drawn_before_credit_and_given_back_after_it(books: Books) -> None:
    terms = {"pack_limit": False, "price": CENT, "share_at_issuance": ONE, "credit_limit": Decimal("0.50")}
    sponsor, who = await a_sponsor(books, "payer", 30, **terms), await books.member()
    bought = books.purchase(who, books.award(100, sponsor_id=sponsor.partner_id))
    verdict = await books.posted(Door.PURCHASES, bought)
    assert [cut.given for cut in verdict.cuts] == [80]
    await books.give_back(who, bought, 60)
    assert (await left(books.owner, sponsor), await left(books.owner, sponsor, "CREDIT")) == (10, 500_000)


async def test_goodwill_is_given_whole_or_refused_by_name(books: Books) -> None:
    payer, debtor = await a_sponsor(books, "payer", 100), await on_credit(books, "debtor", "1.00")
    who = await books.member()

    async def goodwill(partner_id: UUID, points: int) -> None:
        async with writing(books.database) as session:
            asked = await adjusting.request_adjustment(
                session,
                adjusting.RequestAdjustment(
                    partner_id=partner_id,
                    wallet_id=who.wallet_id,
                    member_id=who.member_id,
                    points=Points(points),
                    reason="Sorry",
                    person_id=UUID(int=1),
                ),
                now=books.now,
            )
            await session.flush()
            await adjusting.approve_adjustment(session, asked.adjustment_id, person_id=UUID(int=2), now=books.now)
        await adjusting.post_adjustment(books.pool, asked, now=books.now)

    with pytest.raises(PrepaidUsedUp) as refused:
        await goodwill(payer.partner_id, 101)
    assert refused.value.left == 100
    with pytest.raises(CreditLimitReached) as too_much:
        await goodwill(debtor.partner_id, 101)
    assert too_much.value.left == 100
    await goodwill(payer.partner_id, 100)
    assert await left(books.owner, payer) == 0
    async with writing(books.database) as session:
        await stop(session, PartnerId(debtor.partner_id), StopReason.FAILED, now=books.now)
    with pytest.raises(IssuanceStopped):
        await goodwill(debtor.partner_id, 1)
    assert await books.counters(who) == (100, 0, 0, 0)


async def test_a_pack_adds_once(books: Books) -> None:
    sponsor = await a_sponsor(books, "payer", 5)
    assert await give(books, sponsor, 10) == 15
    assert await give(books, sponsor, -100) == 0


async def test_the_database_refuses_to_overdraw_a_slice(books: Books) -> None:
    await a_sponsor(books, "payer", 5)
    with pytest.raises(asyncpg.CheckViolationError, match="never_overdrawn"):
        await books.owner.execute("UPDATE allowance_slice SET left_amount = left_amount - 6")


async def test_a_new_limit_counts_from_the_first_posting_under_it(books: Books) -> None:
    sponsor, who = await on_credit(books, "debtor", "1.00"), await books.member()
    await books.posted(Door.PURCHASES, books.purchase(who, books.award(60, sponsor_id=sponsor.partner_id)))
    async with writing(books.database) as session:
        terms = Terms(valid_from=books.now, price=CENT, share_at_issuance=ONE, credit_limit=Decimal("0.80"))
        contract = await draw_up(session, sponsor.partner_id, terms)
        await sign(session, contract.contract_id, now=books.now)
    verdict = await books.posted(Door.PURCHASES, books.purchase(who, books.award(60, sponsor_id=sponsor.partner_id)))
    assert [cut.given for cut in verdict.cuts] == [20]
    assert await left(books.owner, sponsor, AllowanceKind.CREDIT) == 0


async def test_a_fraction_of_a_millionth_counts_as_a_whole_one(books: Books) -> None:
    price = {"price": Decimal("0.010001"), "tax_supply": Decimal("0.21")}  # 12,101.21 millionths a point
    sponsor, who = await on_credit(books, "debtor", "1.00", **price), await books.member()
    await books.posted(Door.PURCHASES, books.purchase(who, books.award(7, sponsor_id=sponsor.partner_id)))
    assert await left(books.owner, sponsor, "CREDIT") == 1_000_000 - 84_709  # 84,708.47


async def test_nobody_but_the_coalition_adds_to_an_allowance(books: Books) -> None:
    sponsor = await a_sponsor(books, "payer")
    whose = PartnerId(sponsor.partner_id)
    with pytest.raises(DBAPIError, match="with the sight of the coalition"):
        async with books.database.session(Sight.partner(whose)) as session, session.begin():
            await add(
                WriteSession(ReadSession(session)), whose, AllowanceKind.PREPAID, 9, ChangeReason.PACK, now=books.now
            )
    with pytest.raises(DBAPIError, match="with the sight of the coalition"):
        async with books.database.session(Sight.partner(whose)) as session, session.begin():
            await held(WriteSession(ReadSession(session)), whose, AllowanceKind.PREPAID, now=books.now)


async def test_an_audit_names_what_was_tampered_with(books: Books) -> None:
    sponsor, who = await a_sponsor(books, "payer", 100), await books.member()
    await books.posted(Door.PURCHASES, books.purchase(who, books.award(40, sponsor_id=sponsor.partner_id)))
    await books.posted(Door.PURCHASES, books.purchase(who, books.award(70, sponsor_id=sponsor.partner_id)))
    await books.prove()
    for statement, wrong in (
        ("UPDATE allowance_slice SET left_amount = left_amount + 1 WHERE number = 0", Wrong.ALLOWANCE_DIFFERS),
        ("UPDATE allowance_draw SET points = 39 WHERE points = 40", Wrong.DRAW_DIFFERS),
        ("DELETE FROM allowance_draw WHERE points = 40", Wrong.DRAW_DIFFERS),
        ("UPDATE award_cut SET given = 59", Wrong.DRAW_DIFFERS),
    ):
        tampering = books.owner.transaction()
        await tampering.start()
        await books.owner.execute("SET LOCAL session_replication_role = replica")
        await books.owner.execute(statement)
        found = {finding.wrong for finding in (await verified(books.owner)).findings}
        assert wrong in found, statement
        await tampering.rollback()


@pytest.mark.parametrize("seed", range(4))
async def test_slices_give_what_one_figure_on_paper_would(books: Books, seed: int) -> None:
    """Packs are paid, awards drawn one by one and in batches, goods come back; the paper has one figure for all."""
    chance = random.Random(seed)
    sponsor, who = await a_sponsor(books, "payer"), [await books.member() for _ in range(6)]
    paper = 0
    given: list[Any] = []
    for _ in range(120):
        match chance.choice(("pay", "buy", "buy", "batch", "return")):
            case "pay":
                points = chance.choice((1, 10, 1000, 30_000))
                paper += points
                assert await give(books, sponsor, points) == paper
            case "return" if given:
                one, bought, awarded = given.pop(chance.randrange(len(given)))
                await books.give_back(one, bought, awarded)
                paper += awarded
            case act:
                buyers = who if act == "batch" else [chance.choice(who)]
                asked = [chance.choice((1, 7, 60, 900)) for _ in buyers]
                bought_now = [
                    books.purchase(one, books.award(points, sponsor_id=sponsor.partner_id))
                    for one, points in zip(buyers, asked, strict=True)
                ]
                verdicts = await post(books.pool, Door.PURCHASES, bought_now, now=books.now)
                for one, bought, points, verdict in zip(buyers, bought_now, asked, verdicts, strict=True):
                    awarded = min(points, paper)
                    paper -= awarded
                    assert [cut.given for cut in verdict.cuts] == ([] if awarded == points else [awarded])
                    given += [(one, bought, awarded)] if awarded else []
        assert await left(books.owner, sponsor) == paper
