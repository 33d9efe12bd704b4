"""Cases as the contract shows them: where they stand, what was said, who is to answer until when."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from domain.coalition import models as coalition_models
from domain.earning import commands
from domain.members import recognition
from domain.service import case_models, case_queries
from domain.service import hours as domain_hours
from domain.service.case_models import CaseAnswerer, CaseKind, CaseSide, CaseState, CaseStep, Coverage
from domain.service.hours import HolidayCalendar
from partners.scopes import Scope
from resolvers import coalition, service_cases
from resolvers.context import Info
from schema.ids import Node, identified
from schema.members import Member
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.purchases import Purchase
from schema.shape import shows

Shown = strawberry.Parent[case_models.ServiceCase]
Entry = strawberry.Parent[case_queries.Told]


@strawberry.type
@shows(case_queries.Told)
class CaseEntry:
    """What was said or done in a case."""

    @strawberry.field
    @staticmethod
    def kind(told: Entry) -> CaseStep:
        """What it is."""
        return CaseStep(told.step.kind)

    @strawberry.field
    @staticmethod
    def side(told: Entry) -> CaseSide:
        """Who wrote."""
        return CaseSide(told.step.side)

    @strawberry.field
    @staticmethod
    def said_at(told: Entry) -> datetime:
        """When."""
        return told.step.said_at

    @strawberry.field
    @staticmethod
    def words(told: Entry) -> str | None:
        """The words; null where there are none, or they are forgotten."""
        return None if told.said is None else told.said.words

    @strawberry.field
    @staticmethod
    def links(told: Entry) -> list[str]:
        """What lies beside them."""
        return list(told.said.links) if told.said else []

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(told: Entry, info: Info) -> coalition_models.Partner | None:
        """The partner that wrote; null for the member and the coalition."""
        return await coalition.partner_or_none(info.context, told.step.by_partner_id)


@strawberry.type
@shows(case_models.ServiceCase)
class Case(Node):
    """A question or trouble of a member or a customer, in which you take part."""

    id: strawberry.ID = identified("case_id")
    opened_at: datetime
    """When it was opened."""
    changed_at: datetime
    """When something was said or done in it last."""
    closed_at: datetime | None
    """When it ended."""
    reopen_until: datetime | None
    """Until when a word of who asked opens it again."""
    article: str | None
    """The product it is about, by its maker's number."""

    @strawberry.field
    @staticmethod
    def kind(case: Shown) -> CaseKind:
        """What it is about."""
        return CaseKind(case.kind)

    @strawberry.field
    @staticmethod
    def state(case: Shown) -> CaseState:
        """Where it stands."""
        return CaseState(case.state)

    @strawberry.field
    @staticmethod
    def waits_for(case: Shown) -> CaseSide | None:
        """Who has to do something; null where nobody has."""
        if case.state == CaseState.WAITING:
            return CaseSide.MEMBER if case.opened_by is None else CaseSide.SHOP
        if case.state != CaseState.OPEN:
            return None
        if case.handler_id is None:
            return CaseSide.COALITION
        return CaseSide.MAKER if case.handler_id == case.maker_id else CaseSide.SHOP

    @strawberry.field
    @staticmethod
    def coverage(case: Shown) -> Coverage | None:
        """Whether the warranty covered the product when the case was opened, or why not; null for other kinds."""
        return None if case.coverage is None else Coverage(case.coverage)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def opened_by(case: Shown, info: Info) -> coalition_models.Partner | None:
        """The shop through which it was opened; null for the member itself."""
        return await coalition.partner_or_none(info.context, case.opened_by)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def handler(case: Shown, info: Info) -> coalition_models.Partner | None:
        """Who has to answer; null for the coalition."""
        return await coalition.partner_or_none(info.context, case.handler_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def maker(case: Shown, info: Info) -> coalition_models.Partner | None:
        """Who makes the product; null where none is named, or its maker takes no part."""
        return await coalition.partner_or_none(info.context, case.maker_id)

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(case: Shown, info: Info) -> recognition.KnownMember | None:
        """Whose it is; null for a customer who is no member, and for one that you do not know."""
        return await service_cases.member_of(info.context, case)

    @strawberry.field(graphql_type=Purchase | None)
    @staticmethod
    async def purchase(case: Shown, info: Info) -> commands.PurchaseReceipt | None:
        """The purchase it is about: for the shop at which it was made, and nobody else."""
        return await service_cases.purchase_of(info.context, case)

    @strawberry.field(graphql_type=list[CaseEntry])
    @staticmethod
    async def entries(case: Shown, info: Info) -> list[case_queries.Told]:
        """What was said and done, in order; notes are your own house's."""
        return await service_cases.told_in(info.context, case)

    @strawberry.field
    @staticmethod
    async def answer_due_at(case: Shown, info: Info) -> datetime:
        """By when its handler wants to have answered."""
        return (await service_cases.turn_of(info.context, case)).answer_due_at

    @strawberry.field
    @staticmethod
    async def resolve_due_at(case: Shown, info: Info) -> datetime:
        """By when its handler wants to be through; later by the time in which nothing is asked of it."""
        return (await service_cases.turn_of(info.context, case)).resolve_due_at

    @strawberry.field
    @staticmethod
    async def overdue(case: Shown, info: Info) -> bool:
        """Whether its handler is late."""
        return await service_cases.late(info.context, case)


findable(Case, service_cases.find, needs(Scope.CASES_WRITE, Scope.PROFILE_READ))


@strawberry.type
class CaseRoute:
    """Who answers cases of a kind."""

    kind: CaseKind
    """The kind."""
    answers: CaseAnswerer
    """Who answers; passed over where it takes no part."""


@strawberry.type
@shows(domain_hours.ServiceHours)
class ServiceHours:
    """When your house works, and how fast it wants to answer."""

    zone: str
    """The time zone, such as Europe/Riga."""
    calendar: HolidayCalendar
    """Which holidays are free."""
    answer_minutes: int
    """The first answer comes within so many working minutes."""
    resolve_minutes: int
    """The case ends within so many."""
    reopen_days: int
    """So many days after the end a word of who asked opens it again."""

    @strawberry.field
    @staticmethod
    def opens(hours: strawberry.Parent[domain_hours.ServiceHours]) -> str:
        """From when work is done, such as 09:00."""
        return hours.opens.isoformat("minutes")

    @strawberry.field
    @staticmethod
    def closes(hours: strawberry.Parent[domain_hours.ServiceHours]) -> str:
        """Until when; 00:00 is midnight."""
        return hours.closes.isoformat("minutes")

    @strawberry.field
    @staticmethod
    def days(hours: strawberry.Parent[domain_hours.ServiceHours]) -> list[int]:
        """On which days of the week; Monday is 1."""
        return sorted(hours.days)

    @strawberry.field
    @staticmethod
    def closed(hours: strawberry.Parent[domain_hours.ServiceHours]) -> list[date]:
        """Days that are free besides."""
        return sorted(hours.closed)


@strawberry.type
@shows(case_queries.ResponseFigures)
class CaseResponse:
    """How fast you answered cases that came in one month about one article; times in working seconds."""

    month: str
    """Such as 2026-11, by the coalition's clock."""
    article: str | None
    """The maker's number; null for cases about none."""
    cases: int
    """How many came to you; one that came back counts again."""
    answered: int
    """How many of them you answered."""
    answer_median: int | None
    """Half of the first answers took no longer."""
    answer_ninetieth: int | None
    """Nine of ten took no longer (nearest rank)."""
    answered_in_time: int
    """How many were answered within your target."""
    resolved: int
    """How many are over."""
    resolve_median: int | None
    """Half of them took no longer, without the time in which nothing was asked of you."""
    resolve_ninetieth: int | None
    """Nine of ten took no longer (nearest rank)."""
    resolved_in_time: int
    """How many were over within your target."""
