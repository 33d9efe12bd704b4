"""Sellers, their courses, and what their sales came to."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from domain.claims import finding
from domain.claims.terms import ClaimProgrammeId
from domain.coalition.queries import outlet_by_code
from domain.ids import PartnerId
from domain.members.links import ids_at_partners
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.selling import certifying, courses, quizzes, reporting, sellers
from domain.selling.course_terms import Course, CourseId, CourseTerms
from domain.selling.courses import Taken
from domain.selling.errors import CourseNotFound
from domain.selling.models import CourseCertificate, EndedBy, Seller, SellerPermission, SellerState
from domain.selling.quizzes import Quiz
from domain.selling.reporting import SaleReport, StaffReward
from domain.selling.sellers import Permit, ProposeSeller
from domain.storage import ReadSession
from resolvers import members
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner
from resolvers.segments import owner_of
from resolvers.tills import caches_of

SEED_BYTES = 32


async def staff(ctx: Context, request: PageRequest, states: Sequence[SellerState]) -> Page[Seller]:
    """The viewer's staff, as their employer."""
    owner_of(ctx)
    return await ctx.read(sellers.sellers_page, request, states=states)


async def find_seller(ctx: Context, seller_id: UUID) -> Seller:
    """One of the viewer's staff. Raises: WrongAudience, SellerNotFound."""
    owner_of(ctx)
    return await ctx.read(sellers.seller_by_id, seller_id)


async def propose(ctx: Context, ref: MemberRef, outlet_code: str, staff_number: str | None) -> Seller:
    """The employer proposes that a member sells at one of its outlets."""
    employer = PartnerId(acting_partner(ctx.viewer))
    member = await members.find(ctx, ref)
    outlet = await ctx.read(outlet_by_code, employer, outlet_code)
    command = ProposeSeller(
        employer_id=employer, outlet_id=outlet.outlet_id, member=member, staff=staff_number, by_member=False
    )
    return await ctx.write(sellers.propose, command, now=ctx.now)


async def agree(ctx: Context, seller_id: UUID, staff_number: str | None) -> Seller:
    """The employer agrees."""
    acting_partner(ctx.viewer)
    return await ctx.write(sellers.agree, seller_id, by_member=False, staff=staff_number, now=ctx.now)


async def end(ctx: Context, seller_id: UUID) -> Seller:
    """The employer ends it."""
    acting_partner(ctx.viewer)
    return await ctx.write(sellers.end, seller_id, by=EndedBy.EMPLOYER, now=ctx.now)


async def my_jobs(ctx: Context) -> list[Seller]:
    """Where the member sells, has sold, or was proposed to."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(sellers.jobs_of, member_id)


async def propose_myself(ctx: Context, partner_id: UUID, outlet_code: str, *, shows_rewards: bool) -> Seller:
    """The member says that it sells somewhere."""
    wallet_id, member_id = acting_member(ctx.viewer)
    outlet = await ctx.read(outlet_by_code, partner_id, outlet_code)
    member = KnownMember(wallet_id=wallet_id, member_id=member_id, kind=MemberKind.CONSUMER, pairwise_id=member_id)
    command = ProposeSeller(
        employer_id=PartnerId(partner_id),
        outlet_id=outlet.outlet_id,
        member=member,
        by_member=True,
        shows_rewards=shows_rewards,
    )
    return await ctx.write(sellers.propose, command, now=ctx.now)


async def agree_myself(ctx: Context, seller_id: UUID, *, shows_rewards: bool) -> Seller:
    """The member agrees."""
    acting_member(ctx.viewer)
    return await ctx.write(sellers.agree, seller_id, by_member=True, shows_rewards=shows_rewards, now=ctx.now)


async def end_myself(ctx: Context, seller_id: UUID) -> Seller:
    """The member ends it."""
    acting_member(ctx.viewer)
    return await ctx.write(sellers.end, seller_id, by=EndedBy.MEMBER, now=ctx.now)


async def member_of(ctx: Context, seller: Seller) -> KnownMember | None:
    """Who sells, to its employer; None to the coalition, which has no name for members."""
    if ctx.viewer.partner_id != seller.employer_id:
        return None
    pairwise_id = await ctx.load(ids_at_partners, (PartnerId(seller.employer_id), seller.member_id))
    return None if pairwise_id is None else await members.find(ctx, MemberRef(pairwise_id=pairwise_id))


async def permissions(ctx: Context) -> list[SellerPermission]:
    """What employers allow makers, as far as the viewer is one of the two."""
    owner_of(ctx)
    return await ctx.read(sellers.permissions_of)


async def permit(ctx: Context, command: Permit) -> SellerPermission:
    """Let a maker reward the viewer's staff."""
    return await ctx.write(sellers.permit, PartnerId(acting_partner(ctx.viewer)), command, now=ctx.now)


async def revoke(ctx: Context, maker_id: UUID) -> SellerPermission:
    """Let it do so no more."""
    employer = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(sellers.revoke, employer, PartnerId(maker_id), now=ctx.now)


async def own_sales_earn(ctx: Context) -> bool:
    """Whether the viewer's sellers earn on what they buy where they sell."""
    return await ctx.read(sellers.own_sales_earn, PartnerId(acting_partner(ctx.viewer)))


async def set_own_sales(ctx: Context, *, earn: bool) -> bool:
    """Say whether they do."""
    employer = PartnerId(acting_partner(ctx.viewer))
    return (await ctx.write(sellers.set_own_sales, employer, earn=earn, now=ctx.now)).own_sales_earn


async def find_course(ctx: Context, course_id: UUID) -> Course:
    """One of the viewer's courses. Raises: WrongAudience, CourseNotFound."""
    owner_of(ctx)
    return await ctx.read(courses.course_by_id, CourseId(course_id))


async def course_page(ctx: Context, request: PageRequest) -> Page[Course]:
    """The viewer's courses."""
    owner_of(ctx)
    return await ctx.read(courses.courses_page, request)


async def taken(ctx: Context, course: Course) -> Taken:
    """How a course went."""
    return await ctx.load(courses.taken_by_ids, course.course_id)


async def draw_up_course(ctx: Context, terms: CourseTerms, course_id: UUID | None) -> Course:
    """Write a course, or its next version, down."""
    changed = None if course_id is None else CourseId(course_id)
    owner = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(courses.draw_up, owner, terms, course_id=changed, now=ctx.now)


async def publish_course(ctx: Context, course_id: UUID) -> Course:
    """Put its draft live."""
    return await ctx.write(courses.publish, PartnerId(acting_partner(ctx.viewer)), CourseId(course_id), now=ctx.now)


async def pause_course(ctx: Context, course_id: UUID) -> Course:
    """Let nobody start its quiz for now."""
    return await ctx.write(courses.pause, PartnerId(acting_partner(ctx.viewer)), CourseId(course_id), now=ctx.now)


async def resume_course(ctx: Context, course_id: UUID) -> Course:
    """Go on."""
    return await ctx.write(courses.resume, PartnerId(acting_partner(ctx.viewer)), CourseId(course_id), now=ctx.now)


async def end_course(ctx: Context, course_id: UUID) -> Course:
    """Let nobody take it any more."""
    return await ctx.write(courses.end, PartnerId(acting_partner(ctx.viewer)), CourseId(course_id), now=ctx.now)


async def my_courses(ctx: Context) -> list[Course]:
    """What the member can take now."""
    _, member_id = acting_member(ctx.viewer)
    live = await ctx.fetch(courses.courses_live)
    sells = await ctx.read(_sells, member_id)
    return [one for one in live if sells or not one.terms.sellers]


async def my_certificates(ctx: Context) -> list[CourseCertificate]:
    """What the member has passed."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(quizzes.certificates_of, member_id)


async def course_of(ctx: Context, certificate: CourseCertificate) -> Course:
    """The version that a certificate is of."""
    return await ctx.fetch(courses.course_as_asked, CourseId(certificate.course_id), certificate.version)


async def start_quiz(ctx: Context, course_id: UUID) -> Quiz:
    """Start an attempt. Raises: CourseNotFound, AlreadyCertified, QuizNotYet, NoAttemptLeft."""
    member = acting_member(ctx.viewer)
    course = await ctx.fetch(courses.course_live, CourseId(course_id))
    if course.terms.sellers and not await ctx.read(_sells, member[1]):
        raise CourseNotFound
    seed = os.urandom(SEED_BYTES)
    attempt = await ctx.write(quizzes.start, course, member, seed=seed, now=ctx.now)
    as_asked = await ctx.fetch(courses.course_as_asked, course.course_id, attempt.version)
    return Quiz(course=as_asked, attempt=attempt)


async def answer_quiz(ctx: Context, attempt_id: UUID, answers: Sequence[Sequence[int]]) -> Quiz:
    """Answer an attempt; a pass is recorded at once. Raises: AttemptNotFound, AttemptOver, InvalidAnswers."""
    _, member_id = acting_member(ctx.viewer)
    attempt = await ctx.read(quizzes.attempt_of, member_id, attempt_id)
    course = await ctx.fetch(courses.course_as_asked, CourseId(attempt.course_id), attempt.version)
    quiz = await ctx.write(quizzes.answer, course, attempt, answers, now=ctx.now)
    if quiz.certificate is not None:
        await ctx.post(
            certifying.record_trainings,
            caches=await caches_of(ctx),
            lookup_key=ctx.keys.lookups,
            now=ctx.now,
            certificate_id=quiz.certificate.certificate_id,
        )
    return quiz


async def sale_report(ctx: Context, since: datetime, until: datetime, programme_id: UUID | None) -> SaleReport:
    """What sellers were paid for under the viewer's schemes."""
    owner_of(ctx)
    wanted = None if programme_id is None else ClaimProgrammeId(programme_id)
    if wanted is not None:
        await ctx.read(finding.programme_by_id, wanted)
    return await ctx.read(reporting.sale_report, since=since, until=until, programme_id=wanted)


async def staff_rewards(ctx: Context, since: datetime, until: datetime) -> list[StaffReward]:
    """What the viewer's staff was rewarded for."""
    employer = acting_partner(ctx.viewer)
    return await ctx.read(reporting.staff_rewards, employer, since=since, until=until)


async def seller_or_none(ctx: Context, seller_id: UUID | None) -> Seller | None:
    """A seller that lets its employer see what it is rewarded for."""
    return None if seller_id is None else await ctx.read(sellers.seller_by_id, seller_id)


async def _sells(session: ReadSession, member_id: UUID) -> bool:
    return any(one.state == SellerState.ACTIVE for one in await sellers.jobs_of(session, member_id))
