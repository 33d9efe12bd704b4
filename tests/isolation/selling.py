"""A shop's own claim programme and course: its member has claimed, sells there, and has passed."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.claims import claiming, deciding, managing
from domain.claims.claiming import MakeClaim, Proof
from domain.claims.deciding import Decider
from domain.claims.models import ClaimRefusal
from domain.claims.terms import ClaimTerms, ProofKind
from domain.members.recognition import KnownMember
from domain.selling import courses, quizzes, sellers
from domain.selling.certifying import record_trainings
from domain.selling.course_terms import CourseTerms, Lesson, Option, QuizQuestion
from domain.selling.sellers import Permit, ProposeSeller
from domain.storage import Sight
from tests.builders.graphql import KEYS
from tests.isolation.shop import MEMBER_KEYS, OPENED, Shop, acting


async def sell_for(shop: Shop, member: KnownMember, maker: UUID) -> None:
    """Programme and course are live, each with a draft of its next version; one claim waits, another was rejected."""
    shop.made["claim programme"] = programme = await _programme(shop)
    shop.made["claim"] = await _claims(shop, member, programme, "Serial")
    rejected = await _claims(shop, member, programme, "False")
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        decider = Decider(partner_id=shop.partner_id, by=shop.made["person"])
        await deciding.reject(session, decider, rejected, ClaimRefusal.NOT_PROVEN, now=OPENED)
    shop.made["rejected claim"] = rejected
    shop.made["seller"] = await _seller(shop, member, maker)
    shop.made["course"], shop.made["quiz"] = await _course(shop, member)


async def _programme(shop: Shop) -> UUID:
    terms = ClaimTerms(
        name=f"{shop.name} fitting",
        kind="FITTING",
        proofs=frozenset({ProofKind.SERIAL}),
        automatic=False,
        claim_days=400,
        object_days=400,
    )
    own = shop.partner_id
    async with acting(shop.database, Sight.partner(own)) as session:
        drawn = await managing.draw_up(session, own, terms, now=OPENED)
        await managing.publish(session, own, drawn.programme_id, now=OPENED)
        following = replace(terms, name=shop.secret("Fitting"))
        await managing.draw_up(session, own, following, programme_id=drawn.programme_id, now=OPENED)
    return drawn.programme_id


async def _claims(shop: Shop, member: KnownMember, programme: UUID, what: str) -> UUID:
    command = MakeClaim(
        programme_id=programme,  # type: ignore[arg-type]
        member_id=member.member_id,
        idempotency_key=shop.secret(f"claim{what}"),
        happened_at=OPENED,
        proof=Proof(serial=shop.secret(what)),
        note=shop.secret("Note"),
    )
    pool, zone = shop.database.pool, ZoneInfo("UTC")
    return (await claiming.claim(pool, command, keys=MEMBER_KEYS, zone=zone, now=OPENED)).claim_id


async def _seller(shop: Shop, member: KnownMember, maker: UUID) -> UUID:
    """Its member sells at its outlet, and may earn on what it buys there."""
    own = shop.partner_id
    command = ProposeSeller(
        employer_id=own, outlet_id=shop.outlet_id, member=member, staff=shop.secret("StaffNumber"), by_member=False
    )
    async with acting(shop.database, Sight.partner(own)) as session:
        proposed = await sellers.propose(session, command, now=OPENED)
        await sellers.permit(session, own, Permit(maker_id=maker), now=OPENED)  # type: ignore[arg-type]
        await sellers.set_own_sales(session, own, earn=True, now=OPENED)
    async with acting(shop.database, Sight.member(member.member_id)) as session:
        await sellers.agree(session, proposed.seller_id, by_member=True, now=OPENED)
    return proposed.seller_id


async def _course(shop: Shop, member: KnownMember) -> tuple[UUID, UUID]:
    """Passed by its member, who knew which option is right."""
    question = QuizQuestion(
        words={"en": "Which?"}, options=(Option(words={"en": "This"}, right=True), Option(words={"en": "That"}))
    )
    terms = CourseTerms(
        name=f"{shop.name} school", lessons=(Lesson(title={"en": "One"}, text={"en": "This."}),), ask=1,
        questions=(question,),
    )  # fmt: skip
    own = shop.partner_id
    async with acting(shop.database, Sight.partner(own)) as session:
        drawn = await courses.draw_up(session, own, terms, now=OPENED)
        live = await courses.publish(session, own, drawn.course_id, now=OPENED)
        await courses.draw_up(
            session, own, replace(terms, name=shop.secret("School")), course_id=live.course_id, now=OPENED
        )
    who = (member.wallet_id, member.member_id)
    async with acting(shop.database, Sight.member(member.member_id)) as session:
        attempt = await quizzes.start(session, live, who, seed=b"s" * 32, now=OPENED)
        answers = [sorted(one.right) for one in quizzes.drawn(live.terms, attempt.seed)]
        await quizzes.answer(session, live, attempt, answers, now=OPENED)
    await record_trainings(shop.database.pool, caches=shop.caches, lookup_key=KEYS.lookups, now=OPENED)
    return live.course_id, attempt.attempt_id
