"""Cases: who gets them, who sees them, what is said in them, and that the words go with the member."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.errors import IdempotencyConflict, NotFound
from domain.ids import PartnerId, new_id
from domain.ledger import adjusting
from domain.ledger.adjusting import RequestAdjustment
from domain.ledger.moving import merge_members
from domain.paging import PageRequest
from domain.service import carrying, routing
from domain.service.carrying import Say, Speaker
from domain.service.case_models import CaseAnswerer, CaseKind, ServiceCase
from domain.service.case_queries import Wanted, case_by_id, cases_page, response_figures, told_in
from domain.service.errors import CannotAnswer, CaseClosed, CaseMoved, CaseNotFound, NotHandler
from domain.service.working import work
from domain.storage import COALITION, Database, Sight
from domain.values import Points
from tests.builders.coalition import a_partner
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, acting
from tests.domain.service.counter import DAY, Counter, a_counter, sight_of
from tests.domain.surveys.hall import a_hall

HOUR = timedelta(hours=1)


@pytest.fixture
async def counter(database: Database) -> AsyncIterator[Counter]:
    """The shop; the books are sound in the end."""
    made = await a_counter(database)
    await made.told()
    yield made
    await made.world.prove()


async def says(counter: Counter, case: ServiceCase, by: Speaker, words: str, **more: Any) -> ServiceCase:
    key = more.pop("key", f"words-{next(counter.numbers):04}")
    async with acting(counter.database, sight_of(by)) as session:
        command = Say(case_id=case.case_id, by=by, words=words, idempotency_key=key, **more)
        return await carrying.say(session, command, master=KEYS.personal, now=counter.now)


async def heard(counter: Counter, case: ServiceCase, by: Speaker) -> list[str | None]:
    async with acting(counter.database, sight_of(by)) as session:
        found = await case_by_id(session, case.case_id)
        return [
            None if one.said is None else one.said.words for one in await told_in(session, found, master=KEYS.personal)
        ]


async def test_a_question_goes_to_the_maker_and_back_and_no_rival_sees_it(counter: Counter) -> None:
    anna = await counter.member()
    member, maker = Speaker(member_id=anna.member_id), Speaker(partner_id=counter.world.maker)
    case = await counter.asks(anna)
    assert (case.state, case.handler_id, case.parties) == ("OPEN", counter.world.maker, [counter.world.maker])
    case = await says(counter, case, maker, "Is it full?", asks_back=True)
    assert case.state == "WAITING"
    assert (await says(counter, case, member, "It is.")).state == "OPEN"
    await says(counter, case, maker, "Scale, I think.", note=True)
    case = await says(counter, case, maker, "Use vinegar.")
    assert case.state == "ANSWERED"
    assert await heard(counter, case, member) == ["Why does it hiss?", "Is it full?", "It is.", "Use vinegar."]
    assert await heard(counter, case, maker) == [
        *("Why does it hiss?", "Is it full?", "It is.", "Scale, I think.", "Use vinegar.")
    ]
    for stranger in (Speaker(partner_id=counter.world.shop), Speaker(member_id=(await counter.member()).member_id)):
        with pytest.raises(CaseNotFound):
            await heard(counter, case, stranger)


async def test_who_opened_it_at_the_counter_stays_in_it_when_it_is_handed_over(counter: Counter) -> None:
    shop = Speaker(partner_id=counter.world.shop)
    case = await counter.asks(
        await counter.member(),
        shop_id=counter.world.shop,
        wallet_id=None,
        member_id=None,
        maker_id=None,
        article=None,
        sku="kettle",
        kind=CaseKind.COMPLAINT,
    )
    assert (case.handler_id, case.maker_id, case.member_id) == (counter.world.shop, counter.world.maker, None)
    rival = PartnerId((await a_partner(counter.database, "rival")).partner_id)

    async def over(by: Speaker, to: Any, key: str) -> ServiceCase:
        async with acting(counter.database, sight_of(by)) as session:
            return await carrying.hand_over(
                session, case.case_id, by, to, words="Yours.", key=key, master=KEYS.personal, now=counter.now
            )

    with pytest.raises(CaseNotFound):
        await over(Speaker(partner_id=rival), rival, "hand-over-0")
    moved = await over(shop, counter.world.maker, "hand-over-1")
    assert (await over(shop, counter.world.maker, "hand-over-1")).turns == moved.turns == 2
    with pytest.raises(NotHandler):
        await over(shop, None, "hand-over-2")
    with pytest.raises(CannotAnswer):
        await over(Speaker(partner_id=counter.world.maker), counter.world.maker, "hand-over-3")
    await says(counter, case, Speaker(partner_id=counter.world.maker), "We look into it.")
    assert (await heard(counter, case, shop))[-1] == "We look into it."


async def test_rules_say_who_answers_and_the_makers_own_go_first(counter: Counter) -> None:
    maker, anna = counter.world.maker, await counter.member()
    async with acting(counter.database, COALITION) as session:
        await routing.route(session, None, CaseKind.QUESTION, CaseAnswerer.COALITION, now=NOW)
    assert (await counter.asks(anna)).handler_id is None
    async with acting(counter.database, Sight.partner(maker)) as session:
        await routing.route(session, maker, CaseKind.QUESTION, CaseAnswerer.SHOP, now=NOW)
        await routing.route(session, maker, CaseKind.QUESTION, CaseAnswerer.MAKER, now=NOW)
    assert (await counter.asks(anna)).handler_id == maker
    assert (await counter.asks(anna, maker_id=None, article=None)).handler_id is None


async def test_the_same_request_is_one_case_and_one_word(counter: Counter) -> None:
    anna = await counter.member()
    case = await counter.asks(anna, idempotency_key="the-same-case")
    assert (await counter.asks(anna, idempotency_key="the-same-case")).case_id == case.case_id
    with pytest.raises(IdempotencyConflict):
        await counter.asks(anna, idempotency_key="the-same-case", words="Another")
    maker = Speaker(partner_id=counter.world.maker)
    await says(counter, case, maker, "Yes.", key="the-same-word")
    assert (await says(counter, case, maker, "Yes.", key="the-same-word")).steps == 2
    words = [says(counter, case, maker, f"Word {one}.") for one in range(3)]
    found = await asyncio.gather(*words, return_exceptions=True)
    said = sum(isinstance(one, ServiceCase) for one in found)
    assert said >= 1
    assert {type(one) for one in found} <= {ServiceCase, CaseMoved}
    assert len(await heard(counter, case, maker)) == 2 + said


async def test_a_word_of_who_asked_opens_a_closed_case_again_for_two_weeks(counter: Counter) -> None:
    anna = await counter.member()
    member, maker = Speaker(member_id=anna.member_id), Speaker(partner_id=counter.world.maker)
    case = await counter.asks(anna)
    await says(counter, case, maker, "Use vinegar.")
    async with acting(counter.database, Sight.member(anna.member_id)) as session:
        closed = await carrying.close(session, case.case_id, member, key="close-it-1", now=counter.now)
    assert (closed.state, closed.reopen_until) == ("CLOSED", NOW + 14 * DAY)
    with pytest.raises(CaseClosed):
        await says(counter, case, maker, "Anything else?")
    counter.now += DAY
    again = await says(counter, case, member, "It hisses still.")
    assert (again.state, again.turns, again.closed_at) == ("OPEN", 2, None)
    async with acting(counter.database, Sight.partner(counter.world.maker)) as session:
        await carrying.close(session, case.case_id, maker, key="close-it-2", now=counter.now)
    counter.now += 14 * DAY
    with pytest.raises(CaseClosed):
        await says(counter, case, member, "And again.")


async def test_words_are_sealed_and_go_with_the_member(counter: Counter, owner: asyncpg.Connection) -> None:
    anna = await counter.member()
    maker = Speaker(partner_id=counter.world.maker)
    case = await counter.asks(anna, words="My cellar is flooded.", links=("https://pictures.example/1",))
    rows = await owner.fetch("SELECT to_jsonb(m)::text || encode(m.sealed, 'escape') AS all FROM case_message m")
    assert rows
    assert not any("cellar" in row["all"] or "pictures" in row["all"] for row in rows)
    await owner.execute("DELETE FROM personal_data WHERE member_id = $1", anna.member_id)
    assert await heard(counter, case, maker) == [None]
    with pytest.raises(CaseNotFound):
        await says(counter, case, maker, "Hello?")


async def test_cases_of_a_merged_member_are_read_on_by_the_member_it_became(counter: Counter) -> None:
    anna, annie = await counter.member(), await counter.member()
    case = await counter.asks(annie)
    await merge_members(counter.database.pool, annie, anna, now=NOW)
    assert await heard(counter, case, Speaker(member_id=anna.member_id)) == ["Why does it hiss?"]


async def test_a_shop_names_no_purchase_of_another(counter: Counter) -> None:
    anna = await counter.member()
    bought = await counter.buys(anna)
    rival = PartnerId((await a_partner(counter.database, "rival")).partner_id)
    with pytest.raises(NotFound):
        await counter.asks(anna, shop_id=rival, purchase=(bought.wallet_id, bought.entry_id))
    case = await counter.asks(anna, shop_id=counter.world.shop, purchase=(bought.wallet_id, bought.entry_id))
    assert case.purchase_entry_id == bought.entry_id


async def test_who_is_late_is_told_once_and_found_on_its_worklist(counter: Counter, owner: asyncpg.Connection) -> None:
    """Asked on Sunday 22 November 2026, 14:00 in Riga: eight hours of work are over on Monday at 17:00."""
    case = await counter.asks(await counter.member())
    maker = counter.world.maker

    async def late() -> list[Any]:
        async with acting(counter.database, Sight.partner(maker)) as session:
            wanted = Wanted(late_at=counter.now, handled_by=(maker,))
            return [one.case_id for one in (await cases_page(session, wanted, PageRequest(10))).items]

    counter.now = NOW + DAY + 3 * HOUR - timedelta(seconds=1)
    assert await late() == []
    assert (await work(counter.database, now=counter.now)).late == 0
    counter.now += timedelta(seconds=1)
    assert await late() == [case.case_id]
    assert (await work(counter.database, now=counter.now)).late == 1
    assert (await work(counter.database, now=counter.now)).late == 0
    told = await owner.fetch("SELECT partner_id, detail FROM event WHERE kind = 'CASE_OVERDUE'")
    assert [tuple(row) for row in told] == [(maker, "ANSWER")]


async def test_response_times_are_told_by_month_and_article(counter: Counter) -> None:
    """Three cases on Monday 23 November, 9:00 in Riga, answered after one, two and nine working hours."""
    maker = Speaker(partner_id=counter.world.maker)
    monday = NOW + timedelta(hours=19)
    anna = await counter.member()
    for hours in (1, 2, 25):
        counter.now = monday
        case = await counter.asks(anna)
        counter.now = monday + hours * HOUR
        await says(counter, case, maker, "So it is.")
    async with acting(counter.database, Sight.partner(counter.world.maker)) as session:
        [row] = await response_figures(
            session, counter.world.maker, since=NOW - DAY, until=NOW + 30 * DAY, zone="Europe/Riga"
        )
    assert (row.month, row.article, row.cases, row.answered, row.answered_in_time) == ("2026-11", "K1", 3, 3, 2)
    assert (row.answer_median, row.answer_ninetieth, row.resolved) == (2 * 3600, 9 * 3600, 0)


async def test_points_of_goodwill_are_asked_for_in_a_case_by_its_handler_alone(counter: Counter) -> None:
    anna = await counter.member()
    case = await counter.asks(anna)
    shop, maker = (Speaker(partner_id=one) for one in (counter.world.shop, counter.world.maker))
    wanted = RequestAdjustment(
        partner_id=counter.world.maker,
        wallet_id=anna.wallet_id,
        member_id=anna.member_id,
        points=Points(50),
        reason="Sorry for the noise",
        person_id=new_id(),
        expires_at=None,
    )
    async with acting(counter.database, Sight.partner(counter.world.maker)) as session:
        asked = await adjusting.request_adjustment(session, wanted, now=NOW)
        noted = await carrying.goodwill(session, case.case_id, maker, asked.adjustment_id, now=NOW)
        [*_, last] = await told_in(session, noted, master=KEYS.personal)
    assert (last.step.kind, last.step.subject_id, last.said) == ("GOODWILL", asked.adjustment_id, None)
    opened = await counter.asks(anna, shop_id=counter.world.shop)
    with pytest.raises(NotHandler):
        async with acting(counter.database, Sight.partner(counter.world.shop)) as session:
            await carrying.goodwill(session, opened.case_id, shop, asked.adjustment_id, now=NOW)


async def test_a_member_whose_case_was_closed_is_asked_how_it_was(database: Database) -> None:
    """The maker asks after cases; the shop's case of another member that is still open gives no cue."""
    hall = await a_hall(database)
    anna, ben = await hall.member(), await hall.member()
    await hall.asks(moments=[{"kind": "CASE"}])
    counter = Counter(world=hall.world, now=hall.now)
    case = await counter.asks(anna)
    await counter.asks(ben)
    member = Speaker(member_id=anna.member_id)
    async with acting(database, Sight.member(anna.member_id)) as session:
        await carrying.close(session, case.case_id, member, key="close-it-1", now=hall.now)
    await hall.looks()
    assert [len(await hall.offers(who)) for who in (anna, ben)] == [1, 0]


async def test_a_warranty_case_at_the_counter_finds_what_the_member_registered(counter: Counter) -> None:
    """By the shop's own article number, which the maker knows by its bar code as K1."""
    anna, ben = await counter.member(), await counter.member()
    bought = await counter.buys(anna)
    kettle = await counter.registers(anna, "SN0001")
    usual = {
        "shop_id": counter.world.shop,
        "maker_id": None,
        "article": None,
        "sku": "kettle",
        "kind": CaseKind.WARRANTY,
    }
    case = await counter.asks(anna, **usual)
    assert (case.coverage, case.article, case.registration_id) == ("COVERED", "K1", kettle.registration_id)
    assert (await counter.asks(ben, **usual)).coverage == "NOT_REGISTERED"
    await counter.gives_back(bought)
    assert (await counter.asks(anna, **usual)).coverage == "RETURNED"
    assert (await counter.asks(anna, **usual, member_id=None, wallet_id=None)).coverage == "NOT_REGISTERED"
