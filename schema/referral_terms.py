"""The terms of a referral programme, as the contract takes and shows them."""

from __future__ import annotations

from datetime import datetime

import strawberry

from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.referral import terms as domain_terms
from domain.referral.errors import InvalidReferral
from domain.referral.terms import AfterReturn, ReferralTerms
from domain.values import Money
from resolvers import coalition
from resolvers.context import Context, Info
from schema.money import Money as MoneyType
from schema.money import MoneyInput
from schema.partners import Partner
from schema.shape import shows


@strawberry.type
class ReferralWords:
    """How members are asked, in one language."""

    language: str
    """Such as lv."""
    text: str
    """The words; {code} stands for the member's code."""


@strawberry.type
@shows(domain_terms.ReferralTerms)
class ReferralProgrammeTerms:
    """What a programme promises, and what keeps it from being drained."""

    name: str
    """What people call it."""
    starts_at: datetime
    """From when members may invite."""
    ends_at: datetime | None
    """Until when; null for no end."""
    within_days: int
    """So many days after joining the friend may buy."""
    return_days: int
    """How long a purchase can be given back; it counts afterwards."""
    accept_days: int
    """So many days after joining the friend may still tell the code; 0: only while joining."""
    most: int
    """So many friends count for one member in `mostDays`."""
    most_days: int
    """0: ever."""
    pace_most: int
    """So many accounts that brought one another may be made within `paceMinutes`."""
    pace_minutes: int
    """In minutes."""
    after_return: AfterReturn
    """What becomes of the rewards where the purchase comes back after all."""
    asks: bool
    """Whether members are asked just after a redemption."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def host(terms: strawberry.Parent[ReferralTerms], info: Info) -> coalition_models.Partner:
        """The partner that records the REFERRAL actions, and where friends join by the link."""
        return await coalition.partner(info.context, terms.host)

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def least(terms: strawberry.Parent[ReferralTerms], info: Info) -> Money:
        """The first purchase that counts is of at least so much."""
        return Money.of_minor(terms.least, (await coalition.coalition(info.context)).currency)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(terms: strawberry.Parent[ReferralTerms], info: Info) -> list[coalition_models.Partner]:
        """Where it is bought; empty: anywhere."""
        return [await coalition.partner(info.context, one) for one in sorted(terms.partners)]

    @strawberry.field
    @staticmethod
    def not_segments(terms: strawberry.Parent[ReferralTerms], info: Info) -> list[strawberry.ID]:
        """Whoever is in one of these neither brings nor is brought."""
        ids = info.context.global_ids
        return [strawberry.ID(ids.encode("Segment", one)) for one in sorted(terms.not_segments)]

    @strawberry.field
    @staticmethod
    def words(terms: strawberry.Parent[ReferralTerms]) -> list[ReferralWords]:
        """How members are asked; empty: in our words."""
        return [ReferralWords(language=one, text=text) for one, text in sorted((terms.words or {}).items())]


@strawberry.input
class ReferralWordsInput:
    """How members are asked, in one language."""

    language: str
    """One of en, lv, bg, fi, hu."""
    text: str
    """At most 300 characters; {code} stands for the member's code."""


@strawberry.input
class ReferralTermsInput:
    """What a programme shall promise."""

    name: str
    """What people call it."""
    starts_at: datetime
    """From when members may invite."""
    host: strawberry.ID | None = None
    """The partner that records the REFERRAL actions; you, if not said. The coalition names one."""
    ends_at: datetime | None = None
    """Until when."""
    least: MoneyInput | None = None
    """The first purchase that counts is of at least so much; of anything, if not said."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Where it is bought; none named: anywhere."""
    within_days: int = 30
    """So many days after joining the friend may buy: 1 to 400."""
    return_days: int = 14
    """How long a purchase can be given back: 0 to 400."""
    accept_days: int = 7
    """So many days after joining the friend may still tell the code: 0 to 400."""
    most: int = 10
    """So many friends count for one member: 1 to 1000."""
    most_days: int = 30
    """In so many days; 0: ever."""
    pace_most: int = 3
    """So many accounts that brought one another may be made: 1 to 1000."""
    pace_minutes: int = 60
    """Within so many minutes: 1 to 1440."""
    not_segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Whoever is in one of these neither brings nor is brought."""
    after_return: AfterReturn = AfterReturn.TAKE_BACK
    """What becomes of the rewards where the purchase comes back after all."""
    asks: bool = True
    """Whether members are asked just after a redemption."""
    words: list[ReferralWordsInput] = strawberry.field(default_factory=list)
    """How they are asked; none: in our words."""

    def to_terms(self, ctx: Context, currency: str) -> ReferralTerms:
        """As the domain takes it. Raises: InvalidReferral, InvalidValue."""
        ids = ctx.global_ids
        host = ctx.viewer.partner_id if self.host is None else ids.one("Partner", self.host)
        if host is None:
            raise InvalidReferral("the coalition's programme names its host", path=("host",))
        least = None if self.least is None else self.least.to_money()
        if least is not None and least.currency != currency:
            raise InvalidReferral(f"amounts are in {currency}", path=("least",))
        said = {one.language: one.text for one in self.words}
        plain = ("within_days", "return_days", "accept_days", "most", "most_days", "pace_most", "pace_minutes")
        return ReferralTerms(
            name=self.name,
            host=PartnerId(host),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            least=1 if least is None else least.minor,
            partners=frozenset(ids.one("Partner", one) for one in self.partners),
            not_segments=frozenset(ids.one("Segment", one) for one in self.not_segments),
            after_return=self.after_return,
            asks=self.asks,
            words=said or None,
            **{name: getattr(self, name) for name in plain},
        )
