"""Cases: opened by members and through any partner's shop, answered by who knows."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Annotated, Any

import strawberry

from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.service import case_models, case_queries
from domain.service import hours as domain_hours
from domain.service.carrying import Say, Speaker
from domain.service.case_models import CaseAnswerer, CaseKind, CaseState
from domain.service.errors import InvalidServiceHours
from domain.service.hours import HolidayCalendar
from domain.service.opening import OpenCase
from domain.values import Points
from partners.scopes import Scope
from resolvers import service_cases
from resolvers.context import Context, Info
from schema.case_shapes import Case, CaseResponse, CaseRoute, ServiceHours
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.members import MemberRefInput
from schema.permissions import needs
from schema.scalars import IdempotencyKey
from schema.service import AdjustmentPayload

ANSWER = needs(Scope.CASES_WRITE)
MINE = needs(Scope.PROFILE_WRITE)
TAKES_PART = needs(Scope.CASES_WRITE, Scope.PROFILE_WRITE)
SET_UP = needs(Scope.PEOPLE_MANAGE, Scope.PARTNERS_MANAGE)


@strawberry.input
class MyCaseOpenInput:
    """What you want to know, or what is wrong."""

    idempotency_key: IdempotencyKey
    """Yours for this case."""
    kind: CaseKind = CaseKind.QUESTION
    """What it is about."""
    words: str
    """At most 8,000 characters; sealed, and read by those who take part alone."""
    links: list[str] = strawberry.field(default_factory=list)
    """At most ten https addresses of what lies beside it."""
    maker: strawberry.ID | None = None
    """Who makes the product, with `article`."""
    article: str | None = None
    """The maker's own number."""
    registration: strawberry.ID | None = None
    """The registered product it is about, instead of both."""
    purchase: strawberry.ID | None = None
    """The purchase it is about."""

    def said(self, ctx: Context) -> dict[str, Any]:
        """What it says, as the domain takes it."""
        ids = ctx.global_ids
        return {
            "kind": self.kind,
            "words": self.words,
            "links": tuple(self.links),
            "maker_id": None if self.maker is None else PartnerId(ids.one("Partner", self.maker)),
            "article": self.article,
            "purchase": None if self.purchase is None else ids.pair("Purchase", self.purchase),
            "idempotency_key": self.idempotency_key,
        }


@strawberry.input
class CaseOpenInput(MyCaseOpenInput):
    """What a member or a customer asks at your shop."""

    member: MemberRefInput | None = None
    """Who asks; none: a customer who is no member."""
    sku: str | None = None
    """The product by your own article number, instead of maker and article."""


@strawberry.input
class CaseSayInput:
    """Words in a case."""

    idempotency_key: IdempotencyKey
    """Yours for these words."""
    case: strawberry.ID
    """The case."""
    words: str
    """At most 8,000 characters."""
    links: list[str] = strawberry.field(default_factory=list)
    """At most ten https addresses."""
    note: bool = False
    """For your own house alone."""
    asks_back: bool = False
    """You need something before you can answer."""

    def to_command(self, ctx: Context, by: Speaker) -> Say:
        """As the domain takes it."""
        return Say(
            case_id=ctx.global_ids.one("Case", self.case),
            by=by,
            words=self.words,
            links=tuple(self.links),
            note=self.note,
            asks_back=self.asks_back,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input
class CaseHandOverInput:
    """Somebody else is to answer."""

    idempotency_key: IdempotencyKey
    """Yours for this step."""
    case: strawberry.ID
    """The case."""
    to: strawberry.ID | None = None
    """The partner; none: the coalition."""
    words: str
    """Why, for all who take part."""


@strawberry.input
class CaseCloseInput:
    """A case is over."""

    idempotency_key: IdempotencyKey
    """Yours for this step."""
    case: strawberry.ID
    """The case."""


@strawberry.input
class CaseGoodwillInput:
    """Points for the member of a case."""

    case: strawberry.ID
    """The case; you have to answer it."""
    points: Points
    """How many, at your partner's expense; another person has to agree."""
    reason: str
    """Why, at most 500 characters; it stays on record, so it names nobody."""


@strawberry.input
class CaseRouteSetInput:
    """Who answers cases of a kind about your products; for the coalition, about all that have no rule of their own."""

    kind: CaseKind
    """The kind."""
    answers: CaseAnswerer
    """Who answers."""


@strawberry.input
class ServiceHoursSetInput:
    """When your house works, and how fast it wants to answer."""

    zone: str
    """Such as Europe/Riga."""
    opens: str = "09:00"
    """From when work is done."""
    closes: str = "17:00"
    """Until when; 00:00 is midnight."""
    days: list[int] = strawberry.field(default_factory=lambda: [1, 2, 3, 4, 5])
    """On which days of the week; Monday is 1."""
    calendar: HolidayCalendar = HolidayCalendar.TARGET
    """Which holidays are free."""
    closed: list[date] = strawberry.field(default_factory=list)
    """Days that are free besides, at most 400."""
    answer_minutes: int = 480
    """The first answer comes within so many working minutes."""
    resolve_minutes: int = 2400
    """The case ends within so many."""
    reopen_days: int = 14
    """So many days after the end a word of who asked opens it again."""

    def to_hours(self) -> domain_hours.ServiceHours:
        """As the domain takes it. Raises: InvalidServiceHours."""
        return domain_hours.ServiceHours(
            zone=self.zone,
            opens=_time(self.opens, "opens"),
            closes=_time(self.closes, "closes"),
            days=frozenset(self.days),
            calendar=self.calendar,
            closed=frozenset(self.closed),
            answer_minutes=self.answer_minutes,
            resolve_minutes=self.resolve_minutes,
            reopen_days=self.reopen_days,
        )


@strawberry.type
class CasePayload:
    """What became of a step in a case."""

    case: Case | None = None
    """The case; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class CaseRoutePayload:
    """What became of a rule."""

    route: CaseRoute | None = None
    """The rule; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it stands."""


@strawberry.type
class ServiceHoursPayload:
    """What became of hours."""

    hours: ServiceHours | None = None
    """The hours; null when they were refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why they were refused; empty when they stand."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The case's id.")]
States = Annotated[list[CaseState] | None, strawberry.argument(description="Only those that stand so.")]
Kinds = Annotated[list[CaseKind] | None, strawberry.argument(description="Only of these kinds.")]
Mine = Annotated[bool, strawberry.argument(description="Only those that you have to answer.")]
Overdue = Annotated[bool, strawberry.argument(description="Only those that you have to answer, and are late with.")]
Since = Annotated[datetime, strawberry.argument(description="Turns that began from then on …")]
Until = Annotated[datetime, strawberry.argument(description="… and before then.")]


@strawberry.type
class CaseQuery:
    """Cases."""

    @strawberry.field(graphql_type=Connection[Case], extensions=[needs(Scope.PROFILE_READ), paged()])
    @staticmethod
    async def my_cases(info: Info, page: PageRequest) -> Page[case_models.ServiceCase]:
        """Your cases, the newest first."""
        return await service_cases.of_mine(info.context, page)

    @strawberry.field(graphql_type=Connection[Case], extensions=[ANSWER, paged()])
    @staticmethod
    async def cases(
        info: Info,
        page: PageRequest,
        states: States = None,
        kinds: Kinds = None,
        *,
        mine: Mine = False,
        overdue: Overdue = False,
    ) -> Page[case_models.ServiceCase]:
        """Cases in which your house takes part, the newest first."""
        return await service_cases.page(info.context, page, states=states, kinds=kinds, mine=mine, overdue=overdue)

    @strawberry.field(graphql_type=Case | None, extensions=[needs(Scope.CASES_WRITE, Scope.PROFILE_READ), or_null])
    @staticmethod
    async def case(info: Info, id: Id) -> case_models.ServiceCase:
        """A case in which you take part; null when there is none with this id."""
        return await service_cases.find(info.context, info.context.global_ids.one("Case", id))

    @strawberry.field(extensions=[ANSWER])
    @staticmethod
    async def case_routes(info: Info) -> list[CaseRoute]:
        """Who answers cases about your products; for the coalition, about all that have no rule of their own."""
        found = await service_cases.routes(info.context)
        return [CaseRoute(kind=kind, answers=answers) for kind, answers in sorted(found.items())]

    @strawberry.field(graphql_type=ServiceHours, extensions=[ANSWER])
    @staticmethod
    async def service_hours(info: Info) -> domain_hours.ServiceHours:
        """When your house works, and how fast it wants to answer."""
        return await service_cases.hours(info.context)

    @strawberry.field(graphql_type=list[CaseResponse], extensions=[needs(Scope.ANALYTICS_READ)])
    @staticmethod
    async def case_responses(info: Info, since: Since, until: Until) -> list[case_queries.ResponseFigures]:
        """How fast your house answered, by month and article."""
        return await service_cases.responses(info.context, since, until)


@strawberry.type
class CaseMutation:
    """Cases are opened, carried on and closed."""

    @strawberry.mutation(graphql_type=CasePayload, extensions=[MINE, refusals])
    @staticmethod
    async def my_case_open(info: Info, input: MyCaseOpenInput) -> Any:
        """Ask something; it goes to who can answer."""
        said = input.said(info.context) | _product(info.context, input)
        opened = await service_cases.open_for_member(
            info.context, lambda wallet_id, member_id: OpenCase(wallet_id=wallet_id, member_id=member_id, **said)
        )
        return _done(opened)

    @strawberry.mutation(graphql_type=CasePayload, extensions=[ANSWER, refusals])
    @staticmethod
    async def case_open(info: Info, input: CaseOpenInput) -> Any:
        """Ask for a member, or for a customer who is none; you take part in the case whoever answers it."""
        ref = None if input.member is None else input.member.to_ref(info.context)
        said = input.said(info.context) | _product(info.context, input) | {"sku": input.sku}
        opened = await service_cases.open_at_shop(
            info.context,
            ref,
            lambda member, shop, person: OpenCase(
                shop_id=shop,
                person_id=person,
                wallet_id=None if member is None else member.wallet_id,
                member_id=None if member is None else member.member_id,
                **said,
            ),
        )
        return _done(opened)

    @strawberry.mutation(graphql_type=CasePayload, extensions=[TAKES_PART, refusals])
    @staticmethod
    async def case_say(info: Info, input: CaseSayInput) -> Any:
        """Say something in a case; within some days after its end a word of who asked opens it again."""
        return _done(await service_cases.say(info.context, lambda by: input.to_command(info.context, by)))

    @strawberry.mutation(graphql_type=CasePayload, extensions=[ANSWER, refusals])
    @staticmethod
    async def case_hand_over(info: Info, input: CaseHandOverInput) -> Any:
        """Let another partner, or the coalition, answer from now on; who took part so far still does."""
        ids = info.context.global_ids
        to = None if input.to is None else ids.one("Partner", input.to)
        case_id = ids.one("Case", input.case)
        return _done(
            await service_cases.hand_over(info.context, case_id, to, words=input.words, key=input.idempotency_key)
        )

    @strawberry.mutation(graphql_type=CasePayload, extensions=[TAKES_PART, refusals])
    @staticmethod
    async def case_close(info: Info, input: CaseCloseInput) -> Any:
        """End a case: who has to answer it, or who asked."""
        case_id = info.context.global_ids.one("Case", input.case)
        return _done(await service_cases.close(info.context, case_id, key=input.idempotency_key))

    @strawberry.mutation(graphql_type=AdjustmentPayload, extensions=[ANSWER, refusals])
    @staticmethod
    async def case_goodwill(info: Info, input: CaseGoodwillInput) -> Any:
        """Ask for points for the member, at your partner's expense; the coalition's service has to agree."""
        case_id = info.context.global_ids.one("Case", input.case)
        asked = await service_cases.goodwill(info.context, case_id, input.points, input.reason)
        return AdjustmentPayload(adjustment=asked)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CaseRoutePayload, extensions=[SET_UP, refusals])
    @staticmethod
    async def case_route_set(info: Info, input: CaseRouteSetInput) -> Any:
        """Say who answers; cases that are there stay with who has them."""
        row = await service_cases.route(info.context, input.kind, input.answers)
        return CaseRoutePayload(route=CaseRoute(kind=CaseKind(row.kind), answers=CaseAnswerer(row.answers)))

    @strawberry.mutation(graphql_type=ServiceHoursPayload, extensions=[SET_UP, refusals])
    @staticmethod
    async def service_hours_set(info: Info, input: ServiceHoursSetInput) -> Any:
        """Say when your house works; turns that have begun count by the hours of then."""
        return ServiceHoursPayload(hours=await service_cases.keep_hours(info.context, input.to_hours()))  # type: ignore[arg-type]


def _product(ctx: Context, input: MyCaseOpenInput) -> dict[str, Any]:
    registration = input.registration
    return {"registration_id": None if registration is None else ctx.global_ids.one("Registration", registration)}


def _time(said: str, part: str) -> time:
    try:
        return time.fromisoformat(said)
    except ValueError:
        raise InvalidServiceHours(f"{part} is a time such as 09:00", path=(part,)) from None


def _done(case: case_models.ServiceCase) -> CasePayload:
    return CasePayload(case=case)  # type: ignore[arg-type]
