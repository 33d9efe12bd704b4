"""Trials as their makers, their members and everybody see them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import strawberry

from domain.coalition import models as coalition_models
from domain.members import recognition
from domain.trials import drawing, queries
from domain.trials import terms as domain_terms
from domain.trials.drawing import DrawTold
from domain.trials.models import PlaceState
from domain.trials.terms import Choosing, Handing, TrialState, TrialTerms
from domain.values import Money
from resolvers import coalition, trials
from resolvers.context import Context, Info
from schema.ids import Node, identified
from schema.members import Member
from schema.money import Money as MoneyType
from schema.partners import Partner
from schema.shape import shows

Language = Annotated[str | None, strawberry.argument(description="Such as lv; English, if not said.")]

for kind, name in (
    (TrialState, "TrialState"),
    (Choosing, "TrialChoosing"),
    (Handing, "TrialHanding"),
    (PlaceState, "TrialPlaceState"),
):
    strawberry.enum(kind, name=name)


@strawberry.type
class TrialWords:
    """What members read, in one language."""

    language: str
    """Such as lv."""
    text: str
    """The words."""


@strawberry.type
@shows(drawing.DrawTold)
class TrialDraw:
    """How a trial's draw stands: its seed was promised by a digest, so that anybody can draw it again."""

    tickets: int
    """How many took part; before the draw, how many have applied."""
    drawn_at: datetime | None
    """When it was drawn; null: not yet, or who comes first is served first."""
    places: int
    """How many samples there are."""
    taken: int
    """How many of them are taken now."""

    @strawberry.field
    @staticmethod
    def commitment(told: strawberry.Parent[DrawTold]) -> str:
        """SHA-256 of the seed in hexadecimal, told from the start."""
        return told.commitment.hex()

    @strawberry.field
    @staticmethod
    def seed(told: strawberry.Parent[DrawTold]) -> str | None:
        """What it was drawn by, in hexadecimal; null: not drawn."""
        return None if told.seed is None else told.seed.hex()

    @strawberry.field
    @staticmethod
    def digest(told: strawberry.Parent[DrawTold]) -> str | None:
        """SHA-256 of the lines of all tickets in hexadecimal; null: not drawn."""
        return None if told.digest is None else told.digest.hex()


@strawberry.type
@shows(drawing.TicketTold)
class TrialTicket:
    """One who applied for a trial that was drawn, by a pseudonym."""

    number: int
    """In the order in which members applied, from 0."""
    holder: str
    """A pseudonym, for this draw alone."""
    rank: int
    """In the line that was drawn, from 1; the first have the places, and the next come after them."""

    @strawberry.field
    @staticmethod
    def ticket(told: strawberry.Parent[drawing.TicketTold]) -> str:
        """Its id in the lines of the digest."""
        return str(told.ticket_id)


@strawberry.type
@shows(domain_terms.TrialTerms)
class TrialTermsShown:
    """What a trial is."""

    name: str
    """What it is called; the TRIAL action says so too."""
    places: int
    """So many samples there are."""
    apply_from: datetime
    """From when members may apply."""
    apply_until: datetime
    """Until when."""
    feedback_until: datetime
    """Until when samples are handed and members say what they think."""
    choosing: Choosing
    """Who gets a place."""
    handing: Handing
    """How the sample comes to the member."""
    accept_days: int
    """So many days whoever was chosen has to answer."""
    offers: bool
    """Whether it is for members alone who allow its maker offers."""

    @strawberry.field
    @staticmethod
    def products(terms: strawberry.Parent[TrialTerms]) -> list[str]:
        """The maker's article numbers."""
        return sorted(terms.products)

    @strawberry.field
    @staticmethod
    def words(terms: strawberry.Parent[TrialTerms]) -> list[TrialWords]:
        """What members read of it."""
        return [TrialWords(language=language, text=text) for language, text in sorted(terms.words.items())]

    @strawberry.field
    @staticmethod
    def tiers(terms: strawberry.Parent[TrialTerms]) -> list[str]:
        """For members of any of these tiers; empty: of any."""
        return sorted(terms.tiers)

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(terms: strawberry.Parent[TrialTerms], info: Info) -> list[coalition_models.Partner | None]:
        """Who hands samples over its counters."""
        return [await coalition.partner_or_none(info.context, one) for one in sorted(terms.partners)]


@strawberry.type
@shows(domain_terms.Trial)
class Trial(Node):
    """A trial of yours, in its newest version."""

    id: strawberry.ID = identified("trial_id")
    version: int
    """Counts from one; what was live never changes."""
    state: TrialState
    """Where it stands."""
    terms: TrialTermsShown
    """What it is."""
    live_from: datetime | None
    """Since when this version counts."""
    live_until: datetime | None
    """When it was paused, ended or followed."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def owner(trial: strawberry.Parent[domain_terms.Trial], info: Info) -> coalition_models.Partner | None:
        """Whose it is."""
        return await coalition.partner_or_none(info.context, trial.partner_id)

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def cost(trial: strawberry.Parent[domain_terms.Trial], info: Info) -> Money:
        """What a sample costs its maker, for the report alone."""
        return await _money(info.context, trial.terms.cost)

    @strawberry.field
    @staticmethod
    def survey(trial: strawberry.Parent[domain_terms.Trial], info: Info) -> strawberry.ID:
        """The survey that is asked; surveyReport tells its answers in sums."""
        return strawberry.ID(info.context.global_ids.encode("Survey", trial.terms.survey))

    @strawberry.field(graphql_type=TrialDraw | None)
    @staticmethod
    async def draw(trial: strawberry.Parent[domain_terms.Trial], info: Info) -> DrawTold | None:
        """How its draw stands; null before it was published."""
        return await trials.drawn(info.context, trial)


@strawberry.type
@shows(queries.PlaceTold)
class TrialPlace:
    """Somebody in a trial of yours."""

    number: int
    """In the order in which members applied, from 0."""
    rank: int | None
    """In the line that was drawn, from 1; null: it was not."""
    state: PlaceState
    """How far it has come."""
    applied_at: datetime
    """When it applied."""
    chosen_at: datetime | None
    """When it got a place."""
    accepted_at: datetime | None
    """When it took it."""
    handed_at: datetime | None
    """When it got the sample."""
    feedback_at: datetime | None
    """When it said what it thinks."""
    ended_at: datetime | None
    """When it was done, gave up or lapsed."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def handed_by(place: strawberry.Parent[queries.PlaceTold], info: Info) -> coalition_models.Partner | None:
        """Over whose counter the sample went."""
        return await coalition.partner_or_none(info.context, place.handed_by)

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(place: strawberry.Parent[queries.PlaceTold], info: Info) -> recognition.KnownMember | None:
        """Who it is, by your own id; null where the member does not allow you offers."""
        return await trials.member_of(info.context, place)


@strawberry.type
@shows(queries.TrialReport)
class TrialReport:
    """What became of a trial, in sums: how many came as far as each step, whatever became of them later."""

    applied: int
    """How many applied."""
    chosen: int
    """How many were given a place."""
    accepted: int
    """How many took it."""
    handed: int
    """How many samples are out."""
    feedback: int
    """How many said what they think."""
    declined: int
    """How many gave up."""
    lapsed: int
    """How many did not answer, come or speak in time, or got no place."""

    @strawberry.field(graphql_type=Trial)
    @staticmethod
    def trial(told: strawberry.Parent[queries.TrialReport]) -> domain_terms.Trial:
        """The trial."""
        return told.trial

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def cost(told: strawberry.Parent[queries.TrialReport], info: Info) -> Money:
        """What the samples that are out cost, as the terms say."""
        return await _money(info.context, told.cost)


@strawberry.type
@shows(queries.CounterTrial)
class CounterTrial:
    """A trial of which you hand samples."""

    name: str
    """What it is called."""
    feedback_until: datetime
    """Until when samples are handed."""

    @strawberry.field
    @staticmethod
    def id(told: strawberry.Parent[queries.CounterTrial], info: Info) -> strawberry.ID:
        """The trial's id, to hand its samples."""
        return strawberry.ID(info.context.global_ids.encode("Trial", told.trial_id))

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def maker(told: strawberry.Parent[queries.CounterTrial], info: Info) -> coalition_models.Partner | None:
        """Whose samples they are."""
        return await coalition.partner_or_none(info.context, told.partner_id)


@strawberry.type
@shows(queries.OwnPlace)
class MyTrialPlace:
    """How far you have come in a trial."""

    state: PlaceState
    """How far."""
    applied_at: datetime
    """When you applied."""
    due_at: datetime | None
    """Until when you are to take the next step."""


@strawberry.type
@shows(queries.OwnTrial)
class MyTrial:
    """A trial that you may apply for, or take part in."""

    place: MyTrialPlace | None
    """How far you have come; null: you may apply."""

    @strawberry.field
    @staticmethod
    def id(mine: strawberry.Parent[queries.OwnTrial], info: Info) -> strawberry.ID:
        """The trial's id, for your steps in it."""
        return strawberry.ID(info.context.global_ids.encode("Trial", mine.trial.trial_id))

    @strawberry.field
    @staticmethod
    def survey(mine: strawberry.Parent[queries.OwnTrial], info: Info) -> strawberry.ID:
        """What is asked of whoever has the sample: surveyForm shows its questions, myTrialAnswer answers them."""
        return strawberry.ID(info.context.global_ids.encode("Survey", mine.trial.terms.survey))

    @strawberry.field(graphql_type=TrialTermsShown)
    @staticmethod
    def terms(mine: strawberry.Parent[queries.OwnTrial]) -> TrialTerms:
        """What it is."""
        return mine.trial.terms

    @strawberry.field
    @staticmethod
    def text(mine: strawberry.Parent[queries.OwnTrial], language: Language = None) -> str | None:
        """What it says of itself, in a language or in English; null where it says nothing."""
        return mine.trial.terms.said_in(language)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def maker(mine: strawberry.Parent[queries.OwnTrial], info: Info) -> coalition_models.Partner | None:
        """Who lets you try it."""
        return await coalition.partner_or_none(info.context, mine.trial.partner_id)

    @strawberry.field(graphql_type=TrialDraw | None)
    @staticmethod
    async def draw(mine: strawberry.Parent[queries.OwnTrial], info: Info) -> DrawTold | None:
        """How its draw stands."""
        return await trials.drawn(info.context, mine.trial)


async def _money(ctx: Context, minor: int) -> Money:
    return Money.of_minor(minor, (await coalition.coalition(ctx)).currency)
