"""The terms of an activity, as the contract takes and shows them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import strawberry

from domain.activities import terms as domain_terms
from domain.activities.terms import ActivityKind, ActivityTerms
from domain.coalition import models as coalition_models
from domain.earning.terms import Sponsor
from domain.ids import OutletId, PartnerId
from domain.members.models import MemberKind
from domain.rewards.forms import Words
from resolvers import coalition
from resolvers.context import Context, Info
from schema.campaign_rules import rate
from schema.campaign_shapes import CampaignSponsor, outlets_of, partners_of
from schema.campaign_terms import SponsorInput
from schema.partners import Outlet, Partner
from schema.reward_terms import each
from schema.shape import shows


@strawberry.type
class ActivityWords:
    """What an activity is called, and what is told about it, in one language."""

    language: str
    """Such as lv."""
    name: str
    """Its name."""
    about: str
    """What is told about it."""


@strawberry.type
class ActivityPlacesOf:
    """How many places a partner may fill."""

    places: int
    """At most so many, guests counted."""
    partner: Partner
    """Whom it invites."""


@strawberry.type
@shows(domain_terms.ActivityTerms)
class ActivityTermsShown:
    """What an activity is, for whom, and who pays which share."""

    name: str
    """What its partners call it."""
    kind: ActivityKind
    """What sort it is."""
    address: str | None
    """Where, if at no outlet."""
    starts_at: datetime
    """When it begins."""
    ends_at: datetime
    """When it ends."""
    answer_until: datetime | None
    """Until when members answer; null: until it begins."""
    places: int
    """In all, guests counted."""
    guests: int
    """So many may a member bring."""
    open: bool
    """Whether whoever it is for may come uninvited."""
    waiting: bool
    """Whether there is a waiting list."""

    @strawberry.field
    @staticmethod
    def texts(terms: strawberry.Parent[ActivityTerms]) -> list[ActivityWords]:
        """In the languages that it has words in."""
        return [ActivityWords(language=one.language, name=one.name, about=one.about) for one in terms.texts]

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def hosts(terms: strawberry.Parent[ActivityTerms], info: Info) -> list[coalition_models.Partner]:
        """Whose tills and apps record who comes."""
        return await partners_of(info, terms.hosts)

    @strawberry.field(graphql_type=Outlet | None)
    @staticmethod
    async def outlet(terms: strawberry.Parent[ActivityTerms], info: Info) -> coalition_models.Outlet | None:
        """Where, if at an outlet of a host."""
        if terms.outlet is None:
            return None
        (found,) = await outlets_of(info, frozenset({terms.outlet}))
        return found

    @strawberry.field
    @staticmethod
    async def places_of(terms: strawberry.Parent[ActivityTerms], info: Info) -> list[ActivityPlacesOf]:
        """How many places partners may fill; a partner that is not named: as many as there are."""
        parts = sorted((terms.places_of or {}).items())
        return [
            ActivityPlacesOf(
                places=places,
                partner=await coalition.partner(info.context, PartnerId(UUID(partner))),  # type: ignore[arg-type]
            )
            for partner, places in parts
        ]

    @strawberry.field
    @staticmethod
    def members(terms: strawberry.Parent[ActivityTerms]) -> list[MemberKind]:
        """Only for these kinds of members; empty: all."""
        return sorted(terms.members)

    @strawberry.field
    @staticmethod
    def tiers(terms: strawberry.Parent[ActivityTerms]) -> list[str]:
        """Only for members of one of these tiers; empty: all."""
        return sorted(terms.tiers)

    @strawberry.field(graphql_type=list[CampaignSponsor])
    @staticmethod
    def shares(terms: strawberry.Parent[ActivityTerms]) -> list[Sponsor]:
        """Who bears which share of the costs."""
        return list(terms.shares)


@strawberry.input
class ActivityWordsInput:
    """What an activity is called, and what is told about it, in one language."""

    language: str
    """Such as lv."""
    name: str
    """At most 120 characters."""
    about: str = ""
    """At most 2000 characters."""


@strawberry.input
class ActivityPlacesInput:
    """How many places a partner may fill."""

    partner: strawberry.ID
    """Whom it invites."""
    places: int
    """At most so many, guests counted."""


@strawberry.input
class ActivityTermsInput:
    """Everything an activity is."""

    name: str
    """What its partners call it, at most 120 characters."""
    kind: ActivityKind
    """What sort it is."""
    texts: list[ActivityWordsInput] = strawberry.field(default_factory=list)
    """Its name and words by language."""
    hosts: list[strawberry.ID]
    """Whose tills and apps record who comes."""
    outlet: strawberry.ID | None = None
    """Where, if at an outlet of a host."""
    address: str | None = None
    """Where, if elsewhere; exactly one of the two is said."""
    starts_at: datetime
    """When it begins."""
    ends_at: datetime
    """When it ends."""
    answer_until: datetime | None = None
    """Until when members answer; until it begins, if not said."""
    places: int
    """In all, guests counted: 1 to 100,000."""
    places_of: list[ActivityPlacesInput] = strawberry.field(default_factory=list)
    """How many places partners may fill; a partner that is not named: as many as there are."""
    guests: int = 0
    """So many may a member bring: 0 to 20."""
    open: bool = False
    """Whether whoever it is for may come uninvited."""
    waiting: bool = True
    """Whether there is a waiting list."""
    members: list[MemberKind] = strawberry.field(default_factory=list)
    """Only for these kinds of members; for all, if none is named."""
    segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only for members of one of these segments."""
    not_segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """For no member of any of these."""
    tiers: list[str] = strawberry.field(default_factory=list)
    """Only for members of one of these tiers."""
    shares: list[SponsorInput]
    """Who bears which share of the costs; they come to 1."""

    def to_terms(self, ctx: Context) -> ActivityTerms:
        """As the domain takes it. Raises: InvalidActivity, InvalidReward, InvalidValue."""
        ids = ctx.global_ids
        texts = each("texts", self.texts, lambda one: Words(language=one.language, name=one.name, about=one.about))
        shares = each("shares", self.shares, lambda one: _share(ctx, one))
        parts = {str(ids.one("Partner", one.partner)): one.places for one in self.places_of}
        return ActivityTerms(
            name=self.name,
            kind=self.kind,
            texts=tuple(sorted(texts, key=lambda one: one.language)),
            hosts=frozenset(PartnerId(ids.one("Partner", one)) for one in self.hosts),
            outlet=None if self.outlet is None else OutletId(ids.one("Outlet", self.outlet)),
            address=self.address,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            answer_until=self.answer_until,
            places=self.places,
            places_of=parts or None,
            guests=self.guests,
            open=self.open,
            waiting=self.waiting,
            members=frozenset(self.members),
            segments=frozenset(ids.one("Segment", one) for one in self.segments),
            not_segments=frozenset(ids.one("Segment", one) for one in self.not_segments),
            tiers=frozenset(self.tiers),
            shares=tuple(sorted(shares, key=lambda one: one.partner_id)),
        )


def _share(ctx: Context, sponsor: SponsorInput) -> Sponsor:
    return Sponsor(PartnerId(ctx.global_ids.one("Partner", sponsor.partner)), rate("share", sponsor.share))
