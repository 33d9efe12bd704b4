"""Sellers: wanted by both, ended by either; paid as far as the employer allows; never as their own buyers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from domain.claims.errors import (
    CertificateNeeded,
    ClaimNotForYou,
    EmployerForbids,
    InvalidClaimTerms,
    MonthIsFull,
    OutletNeeded,
    OwnPurchase,
    ProofTaken,
)
from domain.earning.verdicts import Why
from domain.ledger.moving import merge_members
from domain.selling import courses, quizzes, reporting, sellers
from domain.selling.course_terms import CourseTerms
from domain.selling.errors import SellerNotFound, SellerPermissionNotFound, SellerStateConflict, SellsThereAlready
from domain.selling.models import EndedBy
from domain.selling.reporting import FEWEST, lumped
from domain.selling.sellers import ProposeSeller
from domain.storage import Database, Sight
from tests.domain.earning.world import acting
from tests.domain.selling.counter import DAY, Counter, a_counter
from tests.domain.selling.test_quizzes import question, right


@pytest.fixture
async def counter(database: Database) -> AsyncIterator[Counter]:
    """A shop, a maker and its scheme; the books are sound in the end."""
    made = await a_counter(database)
    yield made
    await made.world.prove()


async def test_a_seller_is_one_when_both_want_it_and_until_either_does_not(counter: Counter) -> None:
    scheme, anna = await counter.scheme(), await counter.world.member("ANNA0001")
    shop, own = Sight.partner(counter.shop), Sight.member(anna.member_id)
    said: dict[str, Any] = {"employer_id": counter.shop, "outlet_id": counter.world.outlet, "member": anna}
    async with acting(counter.database, own) as session:
        proposed = await sellers.propose(session, ProposeSeller(**said, by_member=True), now=counter.now)
        with pytest.raises(SellsThereAlready):
            await sellers.propose(session, ProposeSeller(**said, by_member=True), now=counter.now)
    with pytest.raises(ClaimNotForYou):
        await counter.claims(scheme, anna, serial="S1X")
    async with acting(counter.database, shop) as session:
        agreed = await sellers.propose(session, ProposeSeller(**said, by_member=False), now=counter.now)
    assert (agreed.seller_id, agreed.state) == (proposed.seller_id, "ACTIVE")
    await counter.claims(scheme, anna, serial="S1X")
    async with acting(counter.database, own) as session:
        for _ in range(2):
            ended = await sellers.end(session, agreed.seller_id, by=EndedBy.MEMBER, now=counter.now)
            assert (ended.state, ended.ended_by) == ("ENDED", "MEMBER")
    with pytest.raises(ClaimNotForYou):
        await counter.claims(scheme, anna, serial="S2X")
    async with acting(counter.database, shop) as session:
        with pytest.raises(SellerStateConflict):
            await sellers.agree(session, agreed.seller_id, by_member=False, now=counter.now)
    await counter.employed(anna)
    async with acting(counter.database, own) as session:
        assert [one.state for one in await sellers.jobs_of(session, anna.member_id)] == ["ACTIVE", "ENDED"]


async def test_neither_side_speaks_for_the_other_nor_sees_anothers(counter: Counter) -> None:
    anna, ben = await counter.world.member("ANNA0001"), await counter.world.member("BEN00001")
    command = ProposeSeller(employer_id=counter.shop, outlet_id=counter.world.outlet, member=anna, by_member=False)
    async with acting(counter.database, Sight.partner(counter.shop)) as session:
        proposed = await sellers.propose(session, command, now=counter.now)
    for other in (Sight.member(ben.member_id), Sight.partner(counter.maker)):
        async with acting(counter.database, other) as session:
            with pytest.raises(SellerNotFound):
                await sellers.agree(session, proposed.seller_id, by_member=True, now=counter.now)
    with pytest.raises(Exception, match="speak for themselves"):
        async with acting(counter.database, Sight.partner(counter.shop)) as session:
            await sellers.agree(session, proposed.seller_id, by_member=True, now=counter.now)


async def test_the_employer_says_who_may_reward_its_staff_for_what_and_how_much(counter: Counter) -> None:
    scheme, anna = await counter.scheme(), await counter.seller()
    await counter.permitted(skus=frozenset({"milk"}), most_units=2)
    with pytest.raises(EmployerForbids):
        await counter.claims(scheme, anna, serial="S1X", sku="wine")
    for number in range(2):
        made = await counter.claims(scheme, anna, serial=f"S{number}X", sku="milk")
        await counter.approves(made.claim_id)
    with pytest.raises(MonthIsFull):
        await counter.claims(scheme, anna, serial="S9X", sku="milk")
    await counter.revoked()
    assert (await counter.turn()).rejected == 2
    claim = await counter.claim(made.claim_id)
    assert (claim.state, claim.refusal, await counter.points(anna)) == ("REJECTED", "EMPLOYER_FORBIDS", 0)
    with pytest.raises(EmployerForbids):
        await counter.claims(scheme, anna, serial="S9X", sku="milk")
    with pytest.raises(SellerPermissionNotFound):
        await counter.revoked()
    counter.now += 31 * DAY
    await counter.permitted(most_units=2)
    await counter.claims(scheme, anna, serial="S9X", sku="milk")


async def test_whoever_sells_at_two_outlets_says_at_which(counter: Counter) -> None:
    scheme, anna = await counter.scheme(), await counter.seller()
    await counter.employed(anna, outlet=counter.world.other_outlet)
    with pytest.raises(OutletNeeded):
        await counter.claims(scheme, anna, serial="S1X", outlet_id=None)
    made = await counter.claims(scheme, anna, serial="S1X", outlet_id=counter.world.other_outlet)
    assert (await counter.claim(made.claim_id)).outlet_id == counter.world.other_outlet


async def test_what_sellers_buy_themselves_is_no_sale_and_earns_nothing(counter: Counter) -> None:
    await counter.earning()
    scheme, anna = await counter.scheme(), await counter.seller()
    own = await counter.buys("SELLER0001", units=5, receipt_number="R-1")
    assert own.rating is not None
    assert {one.why for one in own.rating.refusals} >= {Why.OWN_SALE}
    assert (own.points, await counter.points(anna)) == (0, 0)
    with pytest.raises(OwnPurchase):
        await counter.claims(scheme, anna, receipt="R-1", sku="milk")
    late = await counter.claims(scheme, anna, receipt="R-2", sku="milk")
    await counter.buys("SELLER0001", receipt_number="R-2")
    assert (await counter.turn()).rejected == 1
    assert (await counter.claim(late.claim_id)).refusal == "OWN_PURCHASE"
    assert (await counter.buys("SELLER0001", units=5, outlet_code="2")).points == 5
    assert (await counter.buys("SELLER0001", units=5, outlet_code="2", staff="S1")).points == 0
    await counter.gives_back(own, 5)
    assert await counter.points(anna) == 5
    async with acting(counter.database, Sight.partner(counter.shop)) as session:
        await sellers.set_own_sales(session, counter.shop, earn=True, now=counter.now)
    assert (await counter.buys("SELLER0001", units=5)).points == 5


async def test_a_buyer_who_becomes_the_seller_was_the_seller(counter: Counter) -> None:
    scheme, anna = await counter.scheme(), await counter.seller()
    buyer = await counter.world.member("BUYER001")
    await counter.buys("BUYER001", receipt_number="R-1")
    made = await counter.claims(scheme, anna, receipt="R-1", sku="milk")
    await merge_members(counter.database.pool, buyer, anna, now=counter.now)
    assert (await counter.turn()).rejected == 1
    assert (await counter.claim(made.claim_id)).refusal == "OWN_PURCHASE"


async def test_a_member_that_becomes_another_sells_on_as_that_one(counter: Counter) -> None:
    scheme, anna, ben = await counter.scheme(), await counter.seller(), await counter.world.member("BEN00001")
    await counter.claims(scheme, anna, serial="S1X")
    await merge_members(counter.database.pool, anna, ben, now=counter.now)
    await counter.claims(scheme, ben, serial="S2X")
    with pytest.raises(ProofTaken):
        await counter.claims(scheme, ben, serial="S1X")


async def test_a_scheme_may_ask_for_a_certificate(counter: Counter) -> None:
    with pytest.raises(InvalidClaimTerms):
        await counter.scheme(course=UUID(int=7), needs_course=True)
    terms = CourseTerms(name="Milk school", ask=1, questions=(question(1),), valid_days=10)
    async with acting(counter.database, Sight.partner(counter.maker)) as session:
        drawn = await courses.draw_up(session, counter.maker, terms, now=counter.now)
        course = await courses.publish(session, counter.maker, drawn.course_id, now=counter.now)
    scheme, anna = await counter.scheme(course=course.course_id, needs_course=True), await counter.seller()
    with pytest.raises(CertificateNeeded):
        await counter.claims(scheme, anna, serial="S1X")
    async with acting(counter.database, Sight.member(anna.member_id)) as session:
        who = (anna.wallet_id, anna.member_id)
        attempt = await quizzes.start(session, course, who, seed=b"s" * 32, now=counter.now)
        await quizzes.answer(session, course, attempt, right(terms, attempt.seed), now=counter.now)
    made = await counter.claims(scheme, anna, serial="S1X")
    assert (await counter.claim(made.claim_id)).certified
    counter.now += 10 * DAY
    with pytest.raises(CertificateNeeded):
        await counter.claims(scheme, anna, serial="S2X")


async def test_the_maker_sees_sums_and_the_employer_whom_the_seller_lets_it_see(counter: Counter) -> None:
    scheme, anna, ben = await counter.scheme(), await counter.seller(shows=True), await counter.seller(2)
    for number, who in enumerate((anna, anna, ben)):
        made = await counter.claims(scheme, who, serial=f"S{number}X", sku="milk")
        await counter.approves(made.claim_id)
    assert (await counter.turn()).paid == 3
    span: dict[str, Any] = {"since": counter.now - DAY, "until": counter.now + DAY}
    async with acting(counter.database, Sight.partner(counter.maker)) as session:
        report = await reporting.sale_report(session, **span)
    assert (report.total.units, report.total.points) == (3, 150)
    (row,) = report.by_outlet
    assert (row.outlet_id, row.employer_id, row.sellers, row.sums.units) == (None, None, 2, 3)
    async with acting(counter.database, Sight.partner(counter.shop)) as session:
        assert (await reporting.sale_report(session, **span)).total.units == 0
        staff = await reporting.staff_rewards(session, counter.shop, **span)
    assert [(one.seller_id is not None, one.units, one.points) for one in staff] == [(True, 2, 100)], "one is no sum"
    async with acting(counter.database, Sight.partner(counter.maker)) as session:
        assert await reporting.staff_rewards(session, counter.shop, **span) == []


def test_a_figure_stands_for_ten_sellers_and_is_not_told_by_subtracting() -> None:
    many = [("a", [f"a{n}" for n in range(30)], 30, 30, 30, 0), ("b", [f"b{n}" for n in range(10)], 10, 10, 10, 0)]
    few = [("c", ["c1"], 1, 1, 1, 0)]
    rows = lumped(many + few, 1, lambda key: {"sku": key[0]})
    assert [(row.sku, row.sellers, row.sums.units) for row in rows] == [("a", 30, 30), (None, 11, 11)]
    assert all(row.sellers >= FEWEST for row in rows)
    assert lumped(many, 1, lambda key: {"sku": key[0]})[1].sku == "b"
    assert lumped(few, 1, lambda key: {"sku": key[0]})[0].sellers == 1
