"""What goes by versions in a preset, beyond what campaigns are: drawn up, agreed to by all who pay, and live."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType
from typing import Any
from uuid import UUID

from sqlmodel import select

from domain.activities import managing as activities
from domain.bonuses import managing as bonuses
from domain.business import groups
from domain.claims import managing as claims
from domain.codes import ordering
from domain.codes.models import CodeBatch
from domain.ids import PartnerId
from domain.segments.queries import find_named
from domain.selling import courses
from domain.storage import ReadSession, WriteSession
from domain.surveys import managing as surveys
from domain.trade_ins import managing as trade_ins
from hansa.presets.underway import Loading
from hansa.recipes.sections import Drawn, drawn
from hansa.recipes.shelves import business_groups_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """A sort of thing that goes by versions, with the functions of its life."""

    section: str
    called: str
    managing: ModuleType
    draft: str = "draft"
    """What the first of its functions is called."""
    met_as: str | None = None
    """What of the cast names them to others."""


SURVEYS = Sort(section="surveys", called="survey", managing=surveys, met_as="surveys")
TRADE_INS = Sort(section="trade_ins", called="trade-in scheme", managing=trade_ins)
BONUSES = Sort(section="bonuses", called="bonus scheme", managing=bonuses)
COURSES = Sort(section="courses", called="course", managing=courses, draft="draw_up", met_as="courses")
ACTIVITIES = Sort(section="activities", called="activity", managing=activities)
CLAIMS = Sort(section="claims", called="claim programme", managing=claims, draft="draw_up")


SECTIONS_CALLED = {
    "surveys": "surveys",
    "code_batches": "batches of codes",
    "trade_ins": "trade-in schemes",
    "bonuses": "bonus schemes",
    "courses": "courses",
    "claims": "claim programmes",
    "activities": "activities",
}
"""Sections, and what people call what stands in them."""


async def publish(loading: Loading, sort: Sort) -> None:
    """Things of one sort, each live from the programme's start."""
    ctx = loading.ctx
    there = await ctx.read(_named, sort)
    for one in drawn(loading.recipe, loading.cast, sort.section):
        known = there.get((one.owner, one.terms.name))
        if known is None:
            made = await ctx.write(_live, sort, one, loading.starts)
        if sort.met_as is not None:
            loading.meet(**{sort.met_as: {one.key: known or made}})
        loading.tell(sort.called, one.terms.name, loading.key(one.owner), new=known is None)


async def publish_surveys(loading: Loading) -> None:
    """Surveys before the codes that ask for their answers."""
    await publish(loading, SURVEYS)


async def publish_trade_ins(loading: Loading) -> None:
    """Trade-in schemes, once their coupons are live."""
    await publish(loading, TRADE_INS)


async def publish_bonuses(loading: Loading) -> None:
    """Bonus schemes, once their groups are known."""
    await publish(loading, BONUSES)


async def publish_courses_and_claims(loading: Loading) -> None:
    """Courses before the sale schemes that ask for their certificates."""
    await publish(loading, COURSES)
    await publish(loading, CLAIMS)


async def publish_activities(loading: Loading) -> None:
    """Activities, agreed to by all who share their costs."""
    await publish(loading, ACTIVITIES)


async def order_codes(loading: Loading) -> None:
    """Batches of codes, for their makers to print."""
    ctx = loading.ctx
    rows = await ctx.read(_batches)
    for one in drawn(loading.recipe, loading.cast, "code_batches"):
        new = (one.owner, one.terms.name) not in rows
        if new:
            await ctx.write(ordering.order, one.owner, one.terms, now=loading.starts)
        loading.tell("batch of codes", one.terms.name, loading.key(one.owner), new=new)


async def define_groups(loading: Loading) -> None:
    """Groups of firms are segments that keep themselves."""
    ctx = loading.ctx
    for key, group in business_groups_of(loading.recipe, loading.cast).items():
        there = await ctx.read(find_named, group.owner, key)
        if there is None:
            others = frozenset(loading.cast.partners.values()) - {group.owner}
            made = await ctx.write(groups.define, group.owner, key, group.kinds, shared_with=others, now=loading.starts)
        loading.meet(segments={key: made.segment_id if there is None else there.segment_id})
        loading.tell("group of firms", key, loading.key(group.owner), new=there is None)


async def _named(session: ReadSession, sort: Sort) -> Mapping[tuple[PartnerId, str], UUID]:
    life = sort.managing.LIFE
    rows: list[Any] = list(await session.scalars(select(life.row)))
    return {(PartnerId(row.partner_id), row.name): getattr(row, life.key) for row in rows}


async def _batches(session: ReadSession) -> set[tuple[UUID, str]]:
    return {(row.partner_id, row.name) for row in await session.scalars(select(CodeBatch))}


async def _live(session: WriteSession, sort: Sort, one: Drawn, at: datetime) -> UUID:
    managing: Any = sort.managing
    made = await getattr(managing, sort.draft)(session, one.owner, one.terms, now=at)
    named: UUID = getattr(made, managing.LIFE.key)
    for party in one.terms.funders:
        if party != one.owner:
            await managing.agree(session, party, named, one.terms.fingerprint(), now=at)
    await managing.publish(session, one.owner, named, now=at)
    return named
