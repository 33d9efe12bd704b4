"""Claims with proof: once for each proof, decided by people or by the books, paid once, taken back where need be."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from domain.claims import deciding, errors, managing
from domain.claims.claiming import Proof
from domain.claims.deciding import Decider
from domain.claims.models import ClaimRefusal
from domain.claims.terms import Claimants, ClaimTerms, ProofKind
from domain.claims.words import read_words
from domain.errors import IdempotencyConflict
from domain.ledger.moving import merge_members
from domain.storage import Database, Sight
from tests.domain.earning.world import KEYS, acting
from tests.domain.selling.counter import DAY, Counter, a_counter

ONE, OTHER = UUID(int=1), UUID(int=2)


@pytest.fixture
async def counter(database: Database) -> AsyncIterator[Counter]:
    """A shop, a maker and its scheme; the books are sound in the end."""
    made = await a_counter(database)
    yield made
    await made.world.prove()


async def test_what_our_books_prove_is_approved_at_once_and_paid_once(counter: Counter) -> None:
    scheme, anna = await counter.scheme(), await counter.seller()
    await counter.world.member("BUYER001")
    await counter.buys("BUYER001", units=3, receipt_number="R-1")
    made = await counter.claims(scheme, anna, receipt="R-1", sku="milk", units=2, key="claim-once")
    assert (await counter.claim(made.claim_id)).state == "APPROVED"
    again = await counter.claims(scheme, anna, receipt="R-1", sku="milk", units=2, key="claim-once")
    assert (again.claim_id, again.replayed) == (made.claim_id, True)
    first, second = await asyncio.gather(counter.turn(), counter.turn())
    assert first.paid + second.paid >= 1
    assert (await counter.turn()).paid == 0
    paid = await counter.claim(made.claim_id)
    assert (paid.state, paid.points, await counter.points(anna)) == ("PAID", 100, 100)


async def test_no_more_units_are_claimed_of_a_receipt_than_it_has(counter: Counter) -> None:
    scheme, anna, ben = await counter.scheme(), await counter.seller(), await counter.seller(2)
    await counter.world.member("BUYER001")
    await counter.buys("BUYER001", units=3, receipt_number="R-1")
    first = await counter.claims(scheme, anna, receipt="R-1", sku="milk", units=2)
    with pytest.raises(errors.ProofTaken):
        await counter.claims(scheme, ben, receipt="r-1", sku="milk", units=1)
    other = await counter.scheme(name="Other", proofs=frozenset({ProofKind.RECEIPT}))
    too_many = await counter.claims(other, ben, receipt="R-1", sku="milk", units=4)
    states = [(await counter.claim(one.claim_id)).state for one in (first, too_many)]
    assert states == ["APPROVED", "PENDING"]


async def test_a_claim_waits_for_the_receipt_that_comes_late(counter: Counter) -> None:
    scheme, anna = await counter.scheme(), await counter.seller()
    made = await counter.claims(scheme, anna, receipt="R-9", sku="milk")
    assert (await counter.turn()).paid == 0
    await counter.world.member("BUYER001")
    await counter.buys("BUYER001", receipt_number="R-9")
    done = await counter.turn()
    assert (done.approved, done.paid, await counter.points(anna)) == (1, 1, 50)
    assert (await counter.claim(made.claim_id)).approvals == 1


async def test_goods_that_come_back_take_back_their_part(counter: Counter) -> None:
    scheme, anna = await counter.scheme(), await counter.seller()
    await counter.world.member("BUYER001")
    bought = await counter.buys("BUYER001", units=3, receipt_number="R-1")
    made = await counter.claims(scheme, anna, receipt="R-1", sku="milk", units=3)
    await counter.turn()
    assert await counter.points(anna) == 150
    for back, left in ((1, 100), (1, 50), (1, 0)):
        await counter.gives_back(bought, back)
        assert (await counter.turn()).taken_back == 1
        assert await counter.points(anna) == left
        assert (await counter.turn()).taken_back == 0
    claim = await counter.claim(made.claim_id)
    assert (claim.state, claim.refusal, claim.points) == ("REJECTED", "RETURNED", 0)


async def test_a_serial_of_the_list_is_approved_and_any_other_refused(counter: Counter) -> None:
    scheme, anna = await counter.scheme(serial_form="AB-####"), await counter.seller()
    async with acting(counter.database, Sight.partner(counter.maker)) as session:
        args = (session, counter.maker, scheme.programme_id)
        assert await managing.list_serials(*args, ["ab-0001", "AB-0002", "AB-0001"], lookup_key=KEYS.lookup) == 2
        with pytest.raises(errors.InvalidClaim):
            await managing.list_serials(*args, ["AB-1"], lookup_key=KEYS.lookup)
    made = await counter.claims(scheme, anna, serial=" ab-0001 ")
    assert (await counter.claim(made.claim_id)).state == "APPROVED"
    with pytest.raises(errors.ProofUnknown):
        await counter.claims(scheme, anna, serial="AB-0003")
    with pytest.raises(errors.InvalidClaim):
        await counter.claims(scheme, anna, serial="XY-0001")
    with pytest.raises(errors.ProofTaken):
        await counter.claims(scheme, anna, serial="AB-0001")


@pytest.mark.parametrize("times", [20, pytest.param(200, marks=pytest.mark.slow)])
async def test_of_two_who_claim_one_serial_at_once_exactly_one_does(counter: Counter, times: int) -> None:
    scheme, anna, ben = await counter.scheme(), await counter.seller(), await counter.seller(2)

    async def tried(number: int, who: int) -> bool:
        try:
            await counter.claims(scheme, (anna, ben)[who], serial=f"SERIAL{number}", key=f"race-{number}-{who}")
        except errors.ProofTaken:
            return False
        return True

    for number in range(times):
        assert sum(await asyncio.gather(tried(number, 0), tried(number, 1))) == 1


async def test_a_key_is_one_claim(counter: Counter) -> None:
    scheme, anna = await counter.scheme(), await counter.seller()
    await counter.claims(scheme, anna, serial="S1X", key="same-key")
    with pytest.raises(IdempotencyConflict):
        await counter.claims(scheme, anna, serial="S2X", key="same-key")


async def test_from_a_value_on_two_persons_approve(counter: Counter, owner: asyncpg.Connection) -> None:
    await counter.paying("3", "CLAIM")
    programme = await counter.scheme(
        name="Fitting", kind="FITTING", claimants=Claimants.ANYONE, valued=True, second_from=10_000
    )
    anna = await counter.world.member("ANYONE01")
    small = await counter.claims(programme, anna, serial="S1X", value=9_999)
    large = await counter.claims(programme, anna, serial="S2X", value=10_000)
    assert (await counter.approves(small.claim_id, ONE)).state == "APPROVED"
    assert (await counter.approves(large.claim_id, ONE)).state == "PENDING"
    for nobody_else in (ONE, None):
        with pytest.raises(errors.SecondApproverNeeded):
            await counter.approves(large.claim_id, nobody_else)
    assert (await counter.approves(large.claim_id, OTHER)).state == "APPROVED"
    assert (await counter.turn()).paid == 2
    assert await counter.points(anna) == 6
    lines = "SELECT actor_id, facts ->> 'decision' AS what FROM trail_line WHERE subject_id = $1 ORDER BY number"
    told = await owner.fetch(lines, large.claim_id)
    assert [tuple(line) for line in told] == [(ONE, "APPROVED"), (OTHER, "APPROVED")]


async def test_two_who_approve_at_once_are_two_or_one_of_them_is_told(counter: Counter) -> None:
    programme = await counter.scheme(
        name="Fitting", kind="FITTING", claimants=Claimants.ANYONE, valued=True, second_from=1
    )
    anna = await counter.world.member("ANYONE01")
    for number in range(5):
        made = await counter.claims(programme, anna, serial=f"S{number}X", value=5)
        both = await asyncio.gather(
            counter.approves(made.claim_id, ONE), counter.approves(made.claim_id, ONE), return_exceptions=True
        )
        assert sum(isinstance(one, Exception) for one in both) == 1
        assert (await counter.claim(made.claim_id)).approvals == 1


async def test_a_member_objects_once_and_in_time(counter: Counter) -> None:
    scheme, anna = await counter.scheme(object_days=7), await counter.seller()
    made = await counter.claims(scheme, anna, serial="S1X", note="Sold on Monday")
    decider = Decider(partner_id=counter.maker, by=ONE)
    pool = counter.database.pool

    async def rejected() -> None:
        async with acting(counter.database, Sight.partner(counter.maker)) as session:
            await deciding.reject(session, decider, made.claim_id, ClaimRefusal.NOT_PROVEN, now=counter.now)

    async def objects() -> None:
        async with acting(counter.database, Sight.member(anna.member_id)) as session:
            await deciding.object_to(session, anna.member_id, made.claim_id, None, days=7, now=counter.now)

    await rejected()
    with pytest.raises(errors.ProofTaken):
        await counter.claims(scheme, anna, serial="S1X")
    counter.now += 8 * DAY
    with pytest.raises(errors.ClaimTooLate):
        await objects()
    counter.now -= DAY
    await objects()
    assert (await counter.claim(made.claim_id)).state == "PENDING"
    await rejected()
    with pytest.raises(errors.ClaimStateConflict):
        await objects()
    claim = await counter.claim(made.claim_id)
    assert b"Monday" not in (claim.sealed_note or b"Monday")
    assert await read_words(pool, claim.sealed_note, claim.claimed_by, KEYS.personal) == "Sold on Monday"


async def test_a_fraud_that_is_found_is_taken_back(counter: Counter) -> None:
    scheme, anna, ben = await counter.scheme(), await counter.seller(), await counter.seller(2)
    made = await counter.claims(scheme, anna, serial="S1X")
    await counter.approves(made.claim_id, ONE)
    await counter.turn()
    assert await counter.points(anna) == 50
    async with acting(counter.database, Sight.partner(counter.maker)) as session:
        decider = Decider(partner_id=counter.maker, by=ONE)
        await deciding.take_back(session, decider, made.claim_id, ClaimRefusal.FRAUD, now=counter.now)
    assert (await counter.turn()).taken_back == 1
    claim = await counter.claim(made.claim_id)
    assert (claim.state, claim.refusal, await counter.points(anna)) == ("REJECTED", "FRAUD", 0)
    assert not (await counter.claims(scheme, ben, serial="S1X")).replayed


async def test_a_claim_goes_with_the_member_that_it_becomes(counter: Counter) -> None:
    scheme, anna, ben = await counter.scheme(), await counter.seller(), await counter.world.member("OTHER001")
    made = await counter.claims(scheme, anna, serial="S1X")
    await counter.approves(made.claim_id, ONE)
    await merge_members(counter.database.pool, anna, ben, now=counter.now)
    assert (await counter.turn()).paid == 1
    assert (await counter.points(ben), (await counter.claim(made.claim_id)).member_id) == (50, ben.member_id)


async def test_limits_hold_between_claims(counter: Counter) -> None:
    scheme, anna = await counter.scheme(most=3, most_days=30), await counter.seller()
    for number in range(3):
        await counter.claims(scheme, anna, serial=f"S{number}X")
    with pytest.raises(errors.ClaimLimitReached):
        await counter.claims(scheme, anna, serial="S3X")
    counter.now += 31 * DAY
    await counter.claims(scheme, anna, serial="S3X")


async def test_what_does_not_fit_the_terms_is_refused(counter: Counter) -> None:
    scheme, anna = await counter.scheme(skus=frozenset({"milk"}), claim_days=5), await counter.seller()
    for wrong in (
        {"serial": "S1X", "sku": "wine"},
        {"serial": "S1X", "sku": "milk", "units": 2},
        {"receipt": "R-1", "sku": "milk", "units": 11},
        {"photo": "https://example.com/a.jpg", "sku": "milk"},
        {"serial": "S1X", "sku": "milk", "happened_at": counter.now + DAY},
        {"receipt": "R-1", "sku": "milk", "outlet_id": None},
    ):
        with pytest.raises(errors.InvalidClaim):
            await counter.claims(scheme, anna, **wrong)
    with pytest.raises(errors.ClaimTooLate):
        await counter.claims(scheme, anna, serial="S1X", sku="milk", happened_at=counter.now - 5 * DAY - timedelta(1))
    for wrong_proof in ({"photo": "http://example.com/a"}, {"document": "https://example.com/a"}):
        with pytest.raises(errors.InvalidClaim):
            Proof(**wrong_proof)


def test_terms_read_back_as_they_were_written() -> None:
    terms = ClaimTerms(
        name="Milk",
        claimants=Claimants.SELLERS,
        proofs=frozenset({ProofKind.SERIAL}),
        serial_form="AB-##@*",
        course=ONE,
        needs_course=True,
        most=3,
    )
    assert ClaimTerms.from_json(terms.to_json()) == terms
    assert all(map(terms.takes_serial, ("AB-12C9", "AB-12CC")))
    assert not any(map(terms.takes_serial, ("AB-1CC9", "AB-12C", "AB-12c9")))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": " "},
        {"kind": "sale"},
        {"proofs": frozenset()},
        {"claimants": Claimants.ANYONE},
        {"second_from": 5},
        {"needs_course": True},
        {"most_each": 0},
    ],
)
def test_terms_out_of_range_name_their_part(wrong: dict[str, object]) -> None:
    usual = {"name": "Milk", "claimants": Claimants.SELLERS, "proofs": frozenset({ProofKind.SERIAL})}
    with pytest.raises(errors.InvalidClaimTerms) as refused:
        ClaimTerms(**{**usual, **wrong})  # type: ignore[arg-type]
    assert refused.value.path == (next(iter(wrong)),)
