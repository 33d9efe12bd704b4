"""What a member allows holds until it is taken back or past, at every door; and nobody else gives it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import func
from sqlmodel import col, select

from domain.coalition.models import PartnerStatus
from domain.errors import InvalidValue
from domain.events.models import Event, EventKind
from domain.ledger import queries
from domain.ledger.posting import Door
from domain.members import consents
from domain.members.consent_texts import TEXT_VERSION
from domain.members.enrolment import EnrolMember
from domain.members.errors import ConsentNotFound, MemberNotFound, MembersOwnAct
from domain.members.identifiers import Identifier
from domain.members.models import MEMBERS_OWN_ACT, ConsentPurpose, ConsentWay
from domain.members.recognition import KnownMember
from domain.paging import PageRequest
from domain.storage import COALITION, NOBODY, Sight
from partners import allowing
from partners.standing import SERVER
from tests.builders.ledger import DAY, Books
from tests.builders.members import agree, become, being, clock_moves, history, seeing, standing

BALANCE, HISTORY, REDEMPTION, CODES, _OFFERS = ConsentPurpose
Told = Callable[[Books, KnownMember], Awaitable[bool]]


async def wallet(books: Books, who: KnownMember) -> bool:
    """Whether the shop is told what a member has."""
    try:
        await queries.balance(books.pool, who.wallet_id, sight=Sight.partner(books.shop.partner_id), now=books.now)
    except MemberNotFound:
        return False
    return True


async def activity(books: Books, who: KnownMember) -> bool:
    """Whether the shop is told what happened."""
    sight = Sight.partner(books.shop.partner_id)
    return bool((await queries.activity(books.pool, who.wallet_id, PageRequest(), sight=sight)).items)


async def afterwards(books: Books, who: KnownMember) -> bool:
    """Whether the shop is told at the till what is left."""
    async with seeing(books.database, Sight.partner(books.shop.partner_id)) as session:
        return (await consents.balances_seen(session, [who.wallet_id]))[0]


async def grants(books: Books, who: KnownMember) -> bool:
    """Whether a grant to the shop's client still gives anything."""
    return bool(await standing(books.database, who, books.shop))


async def change(books: Books, who: KnownMember) -> bool:
    """Whether the shop hears of a change that another partner made."""
    maker = books.maker.partner_id
    heard = select(func.count()).where(
        col(Event.partner_id) == books.shop.partner_id, col(Event.kind) == EventKind.BALANCE_CHANGED
    )
    async with seeing(books.database, COALITION) as session:
        before = await session.scalar(heard) or 0
    award = books.award(1, sponsor_id=maker)
    await books.posted(Door.PURCHASES, books.purchase(who, award, partner_id=maker))
    async with seeing(books.database, COALITION) as session:
        return (await session.scalar(heard) or 0) > before


DOORS = pytest.mark.parametrize("told", [wallet, activity, afterwards, grants, change])


@DOORS
async def test_a_consent_is_past_at_its_end_at_every_door(books: Books, told: Told) -> None:
    who = await books.member()
    await books.earn(who, 10)
    assert not await told(books, who)
    await agree(books.database, who, books.shop, until=books.now + DAY, now=books.now)
    await clock_moves(books.database, books.now + DAY - timedelta(microseconds=1))
    assert await told(books, who)
    books.now += DAY
    await clock_moves(books.database, books.now)
    assert not await told(books, who)
    await agree(books.database, who, books.shop, now=books.now)
    assert await told(books, who), "given again, it stands again"


@DOORS
async def test_a_consent_that_is_taken_back_ends_at_every_door(books: Books, told: Told) -> None:
    who = await books.member()
    await books.earn(who, 10)
    await agree(books.database, who, books.shop)
    assert await told(books, who)
    async with being(books.database, who) as session:
        assert await consents.revoke_all(session, who.member_id, books.shop.partner_id) == len(ConsentPurpose)
    assert not await told(books, who)


@DOORS
async def test_a_suspended_partner_is_told_nothing_of_members_at_any_door(books: Books, told: Told) -> None:
    who = await books.member()
    await books.earn(who, 10)
    await agree(books.database, who, books.shop)
    await become(books.database, books.shop, PartnerStatus.SUSPENDED)
    assert not await told(books, who)
    await become(books.database, books.shop, PartnerStatus.LEAVING)
    assert await told(books, who), "a partner that leaves still honours points"


@pytest.mark.parametrize("purpose", sorted(MEMBERS_OWN_ACT))
async def test_no_partner_writes_down_that_it_may_act_for_a_member(books: Books, purpose: ConsentPurpose) -> None:
    who = await books.member()
    with pytest.raises(MembersOwnAct):
        await consents.record(books.pool, who, books.shop.partner_id, [BALANCE, purpose], now=books.now)
    with pytest.raises(MembersOwnAct):
        EnrolMember(
            partner_id=books.shop.partner_id,
            idempotency_key="x",
            identifiers=(Identifier.card("5555"),),
            consents=frozenset({purpose}),
        )
    with pytest.raises(asyncpg.CheckViolationError, match="acts_are_members_own"):
        await books.pool.execute(
            "SELECT consent_to($1, $2, $3, $4)", who.pairwise_id, books.shop.partner_id, [purpose], books.now
        )
    assert await history(books.database, who) == []


async def test_each_consent_keeps_how_it_was_given_and_in_which_words(books: Books) -> None:
    who = await books.member()
    await consents.record(books.pool, who, books.shop.partner_id, [BALANCE], now=books.now)
    await agree(books.database, who, books.maker, HISTORY)
    ways = {one.partner_id: (one.given_through, one.text_version) for one in await history(books.database, who)}
    assert ways == {
        books.shop.partner_id: (ConsentWay.COUNTER, TEXT_VERSION),
        books.maker.partner_id: (ConsentWay.PAGE, TEXT_VERSION),
    }


async def test_words_that_members_never_read_are_not_agreed_to(books: Books) -> None:
    who = await books.member()
    for version in (0, TEXT_VERSION + 1):
        with pytest.raises(InvalidValue):
            await agree(books.database, who, books.shop, text_version=version)


async def test_nobody_agrees_to_a_purpose_in_words_that_say_nothing_of_it(books: Books) -> None:
    who = await books.member()
    with pytest.raises(InvalidValue, match="says nothing of OFFERS"):
        await agree(books.database, who, books.shop, ConsentPurpose.OFFERS, text_version=1)


async def test_an_end_lies_in_the_future(books: Books) -> None:
    with pytest.raises(InvalidValue, match="future"):
        await agree(books.database, await books.member(), books.shop, until=books.now, now=books.now)


async def test_a_counter_leaves_what_stands_as_it_was_given(books: Books) -> None:
    who = await books.member()
    await agree(books.database, who, books.shop, BALANCE, until=books.now + DAY)
    before = await history(books.database, who)
    await consents.record(books.pool, who, books.shop.partner_id, [BALANCE], now=books.now)
    assert await history(books.database, who) == before


@pytest.mark.parametrize("before", ["at a counter", "until another day", "in older words"])
async def test_what_the_member_says_itself_takes_the_place_of_what_was_said(books: Books, before: str) -> None:
    who = await books.member()
    if before == "at a counter":
        await consents.record(books.pool, who, books.shop.partner_id, [BALANCE], now=books.now)
    else:
        await agree(books.database, who, books.shop, BALANCE, until=books.now + DAY)
    if before == "in older words":
        await as_ledger(books, "UPDATE consent SET text_version = 0, expires_at = NULL")
    await agree(books.database, who, books.shop, BALANCE)
    new, old = sorted(await history(books.database, who), key=lambda one: one.revoked_at is not None)
    assert (new.given_through, new.text_version, new.expires_at) == (ConsentWay.PAGE, TEXT_VERSION, None)
    assert old.revoked_at == new.given_at
    await agree(books.database, who, books.shop, BALANCE)
    assert len(await history(books.database, who)) == 2, "said twice, it is one consent"


async def as_ledger(books: Books, statement: str) -> None:
    """Change what only the books' own role may."""
    async with books.owner.transaction():
        await books.owner.execute("SET LOCAL ROLE hansa_ledger")
        await books.owner.execute(statement)


async def test_taken_back_and_given_again_at_one_instant_it_stands(books: Books) -> None:
    """Found by review: a sandbox's clock stands still, and the second consent was taken for the first."""
    who = await books.member()
    for _ in range(2):
        await agree(books.database, who, books.shop, BALANCE, now=books.now)
        assert await standing(books.database, who, books.shop) == {BALANCE}
        async with being(books.database, who) as session:
            await consents.revoke(session, who.member_id, books.shop.partner_id, BALANCE, now=books.now)
        assert await standing(books.database, who, books.shop) == frozenset()


async def test_what_does_not_stand_cannot_be_taken_back(books: Books) -> None:
    who = await books.member()
    await agree(books.database, who, books.shop, BALANCE, until=books.now + DAY)
    await clock_moves(books.database, books.now + DAY)
    for purpose in (BALANCE, HISTORY):
        async with being(books.database, who) as session:
            with pytest.raises(ConsentNotFound):
                await consents.revoke(session, who.member_id, books.shop.partner_id, purpose)


async def test_all_of_a_partner_is_taken_back_and_nothing_of_another(books: Books) -> None:
    who, other = await books.member(), await books.member()
    for member in (who, other):
        for partner in (books.shop, books.maker):
            await agree(books.database, member, partner)
    async with being(books.database, who) as session:
        await consents.revoke_all(session, who.member_id, books.shop.partner_id)
    assert await standing(books.database, who, books.shop) == frozenset()
    for member, partner in ((who, books.maker), (other, books.shop), (other, books.maker)):
        assert await standing(books.database, member, partner) == set(ConsentPurpose)


async def test_a_partner_learns_of_a_member_by_its_consent(books: Books) -> None:
    who = await books.member()
    pairwise = await agree(books.database, who, books.maker, BALANCE)
    assert pairwise != who.pairwise_id
    assert await agree(books.database, who, books.maker, HISTORY) == pairwise
    async with being(books.database, who) as session:
        known = {one.partner_id for one in await consents.known_by(session, who.member_id)}
    assert known == {books.shop.partner_id, books.maker.partner_id}


async def test_nobody_agrees_with_a_partner_that_may_not_meet_members(books: Books) -> None:
    who = await books.member()
    await become(books.database, books.maker, PartnerStatus.SUSPENDED)
    with pytest.raises(MemberNotFound):
        await agree(books.database, who, books.maker, BALANCE)


async def test_said_by_many_at_once_it_is_one_consent(books: Books) -> None:
    who = await books.member()
    said = [agree(books.database, who, books.maker, BALANCE) for _ in range(4)]
    written = [consents.record(books.pool, who, books.shop.partner_id, [BALANCE], now=books.now) for _ in range(4)]
    ids = await asyncio.gather(*said, *written)
    assert len(set(ids[:4])) == 1
    assert len(await history(books.database, who)) == 2


async def test_only_the_member_and_the_server_see_and_change_what_a_member_allows(books: Books) -> None:
    who, other = await books.member(), await books.member()
    await agree(books.database, who, books.maker, BALANCE)
    sights = (
        *(NOBODY, Sight.member(other.member_id), Sight.partner(books.shop.partner_id)),
        *(Sight("server "), Sight(f"member:{who.wallet_id}")),
    )
    for sight in sights:
        async with seeing(books.database, sight) as session:
            assert await consents.of_member(session, who.member_id) == []
            assert await consents.known_by(session, who.member_id) == []
            assert await allowing.links(session, who.member_id) == []
            assert await consents.standing(session, who.member_id, books.maker.partner_id) == frozenset()
            assert await consents.revoke_all(session, who.member_id, books.maker.partner_id) == 0
            with pytest.raises(MemberNotFound):
                await consents.give(session, who.member_id, books.maker.partner_id, [CODES], text_version=TEXT_VERSION)
    assert await standing(books.database, who, books.maker) == {BALANCE}
    async with seeing(books.database, SERVER) as session:
        assert len(await allowing.links(session, who.member_id)) == 2


async def test_a_partner_sees_its_own_consents_alone(books: Books) -> None:
    who = await books.member()
    await agree(books.database, who, books.shop, BALANCE)
    await agree(books.database, who, books.maker, HISTORY)
    async with seeing(books.database, Sight.partner(books.maker.partner_id)) as session:
        ((seen,),) = await consents.of_members(session, [who.member_id])
        assert await consents.standing(session, who.member_id, books.maker.partner_id) == {HISTORY}
        assert await consents.standing(session, who.member_id, books.shop.partner_id) == frozenset()
    assert (seen.partner_id, seen.purpose) == (books.maker.partner_id, HISTORY)
