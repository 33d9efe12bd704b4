"""What a segment asks, as the contract takes and shows it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import strawberry

from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.segments import definitions
from domain.segments.definitions import (
    Answered,
    Definition,
    Frequency,
    Goods,
    Joined,
    Part,
    PartKind,
    PartnerMix,
    Profile,
    Recency,
    Spend,
)
from domain.segments.errors import InvalidSegment
from domain.values import Money
from resolvers import coalition
from resolvers.context import Context, Info
from schema.money import Money as MoneyType
from schema.partners import Partner
from schema.shape import shows


@strawberry.input
class RecencyPartInput:
    """Bought within so many days, or did not buy for so long."""

    days: int
    """Whole days of the coalition's time zone, counted back from today: 1 to 1100."""
    bought: bool = True
    """False: those who did not."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """At these partners; a partner's own segment looks at its own tills."""


@strawberry.input
class FrequencyPartInput:
    """So many purchases within so many days; one of the bounds is needed."""

    days: int
    """Whole days, counted back from today."""
    at_least: int | None = None
    """So many purchases, or more."""
    at_most: int | None = None
    """So many, or fewer; who did not buy counts as none."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """At these partners; a partner's own segment looks at its own tills."""


@strawberry.input
class SpendPartInput:
    """Purchases for so much in all within so many days, less what came back; one of the bounds is needed."""

    days: int
    """Whole days, counted back from today."""
    at_least: Decimal | None = None
    """So much, or more, in the coalition's currency."""
    at_most: Decimal | None = None
    """So much, or less."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """At these partners; a partner's own segment looks at its own tills."""


@strawberry.input
class GoodsPartInput:
    """Bought goods of one of the categories, and of one of the brands, within so many days; or none of them."""

    days: int
    """Whole days, counted back from today."""
    categories: list[str] = strawberry.field(default_factory=list)
    """One of these; none named: any."""
    brands: list[str] = strawberry.field(default_factory=list)
    """One of these; none named: any."""
    bought: bool = True
    """False: those who did not."""
    at_least: Decimal | None = None
    """For so much in all, in the coalition's currency."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """At these partners; a partner's own segment looks at its own tills."""


@strawberry.input
class PartnerMixPartInput:
    """Bought at several partners; a partner's segment finds those alone that allow it offers (consent OFFERS)."""

    days: int
    """Whole days, counted back from today."""
    at_least: int | None = None
    """At so many different partners."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """At each of these; with `atLeast`, at so many of these."""


@strawberry.input
class ProfilePartInput:
    """What members told of themselves; of those alone that allow offers by it (consent OFFERS)."""

    birthday_months: list[int] = strawberry.field(default_factory=list)
    """Born in one of these months, 1 to 12."""
    languages: list[str] = strawberry.field(default_factory=list)
    """Speak one of these, such as lv; en is also said of en-GB."""


@strawberry.input
class JoinedPartInput:
    """Known to you for so many days at most; to the coalition: a member for so many."""

    days: int
    """Whole days, counted back from today."""


@strawberry.input
class AnsweredPartInput:
    """Answered a question of your survey so, by the latest answer; of those alone that allow offers by it (OFFERS)."""

    survey: str
    """What the survey is called."""
    question: str
    """The question's key."""
    days: int
    """Whole days, counted back from today: 1 to 1100."""
    any_of: list[str] = strawberry.field(default_factory=list)
    """By one of these options; to a question of yes or no: `yes`, `no`."""
    at_least: int | None = None
    """By such a number, or more."""
    at_most: int | None = None
    """By such a number, or less. Without any of the three: at all."""


@strawberry.input(one_of=True)
class SegmentPartInput:
    """One thing that must hold: exactly one of these."""

    recency: strawberry.Maybe[RecencyPartInput]
    """Bought lately, or not."""
    frequency: strawberry.Maybe[FrequencyPartInput]
    """How often."""
    spend: strawberry.Maybe[SpendPartInput]
    """For how much."""
    goods: strawberry.Maybe[GoodsPartInput]
    """Which goods."""
    partner_mix: strawberry.Maybe[PartnerMixPartInput]
    """At how many partners."""
    profile: strawberry.Maybe[ProfilePartInput]
    """What they told of themselves."""
    joined: strawberry.Maybe[JoinedPartInput]
    """Since when."""
    answered: strawberry.Maybe[AnsweredPartInput]
    """What they answered to your survey."""

    def to_part(self, ctx: Context, currency: str) -> Part:
        """As the domain takes it. Raises: InvalidSegment, InvalidValue."""
        for name, kind in _KINDS.items():
            given = getattr(self, name)
            if given is not None:
                said = {field: _READ.get(field, _as_is)(ctx, value) for field, value in vars(given.value).items()}
                if kind in {Spend, Goods}:
                    said = {field: _minor(value, currency) for field, value in said.items()}
                return kind(**said)
        raise AssertionError("the input is one-of")


_KINDS: dict[str, Callable[..., Part]] = {
    "recency": Recency,
    "frequency": Frequency,
    "spend": Spend,
    "goods": Goods,
    "partner_mix": PartnerMix,
    "profile": Profile,
    "joined": Joined,
    "answered": Answered,
}


def _as_is(_ctx: Context, value: Any) -> Any:
    return value


def partner_ids(ctx: Context, ids: list[strawberry.ID]) -> frozenset[PartnerId]:
    """Partners that an input names."""
    return frozenset(PartnerId(ctx.global_ids.one("Partner", one)) for one in ids)


def _as_set(_ctx: Context, values: list[Any]) -> frozenset[Any]:
    return frozenset(values)


_READ: dict[str, Callable[[Context, Any], Any]] = {
    "partners": partner_ids,
    **dict.fromkeys(("categories", "brands", "birthday_months", "languages", "any_of"), _as_set),
}


def _minor(value: Any, currency: str) -> Any:
    return Money(value, currency).minor if isinstance(value, Decimal) else value


def to_definition(ctx: Context, parts: list[SegmentPartInput], currency: str) -> Definition:
    """Parts as the domain takes them. Raises: InvalidSegment, InvalidValue, naming the part."""
    read = []
    for number, part in enumerate(parts):
        try:
            read.append(part.to_part(ctx, currency))
        except InvalidSegment as refused:
            raise refused.at("parts", str(number)) from None
    return Definition(parts=tuple(read))


async def _shown_money(info: Info, part: Part, name: str) -> Money | None:
    """A bound that is an amount."""
    minor = getattr(part, name, None)
    if minor is None or not isinstance(part, Spend | Goods):
        return None
    return Money.of_minor(minor, (await coalition.coalition(info.context)).currency)


def _texts(part: Part, name: str) -> list[str]:
    return sorted(getattr(part, name, ()))


@strawberry.type
@shows(definitions.Asked)
class SegmentPart:
    """One thing that must hold of every member of a segment; what its kind does not ask is null or empty."""

    @strawberry.field
    @staticmethod
    def kind(asked: strawberry.Parent[definitions.Asked]) -> PartKind:
        """What it asks."""
        return asked.part.kind

    @strawberry.field
    @staticmethod
    def days(asked: strawberry.Parent[definitions.Asked]) -> int | None:
        """Within so many days."""
        return getattr(asked.part, "days", None)

    @strawberry.field
    @staticmethod
    def bought(asked: strawberry.Parent[definitions.Asked]) -> bool | None:
        """Whether they bought; false for those who did not."""
        return getattr(asked.part, "bought", None)

    @strawberry.field
    @staticmethod
    def at_least(asked: strawberry.Parent[definitions.Asked]) -> int | None:
        """So many purchases, or partners; answered by such a number, or more."""
        return asked.part.at_least if isinstance(asked.part, Frequency | PartnerMix | Answered) else None

    @strawberry.field
    @staticmethod
    def at_most(asked: strawberry.Parent[definitions.Asked]) -> int | None:
        """At most so many purchases; answered by such a number, or less."""
        return asked.part.at_most if isinstance(asked.part, Frequency | Answered) else None

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    async def amount_at_least(asked: strawberry.Parent[definitions.Asked], info: Info) -> Money | None:
        """For so much in all, or more."""
        return await _shown_money(info, asked.part, "at_least")

    @strawberry.field(graphql_type=MoneyType | None)
    @staticmethod
    async def amount_at_most(asked: strawberry.Parent[definitions.Asked], info: Info) -> Money | None:
        """For so much in all, or less."""
        return await _shown_money(info, asked.part, "at_most")

    @strawberry.field
    @staticmethod
    def categories(asked: strawberry.Parent[definitions.Asked]) -> list[str]:
        """Goods of one of these categories."""
        return _texts(asked.part, "categories")

    @strawberry.field
    @staticmethod
    def brands(asked: strawberry.Parent[definitions.Asked]) -> list[str]:
        """Goods of one of these brands."""
        return _texts(asked.part, "brands")

    @strawberry.field
    @staticmethod
    def birthday_months(asked: strawberry.Parent[definitions.Asked]) -> list[int]:
        """Born in one of these months."""
        return sorted(getattr(asked.part, "birthday_months", ()))

    @strawberry.field
    @staticmethod
    def survey(asked: strawberry.Parent[definitions.Asked]) -> str | None:
        """Which survey they answered, by its name."""
        return getattr(asked.part, "survey", None)

    @strawberry.field
    @staticmethod
    def question(asked: strawberry.Parent[definitions.Asked]) -> str | None:
        """Which of its questions."""
        return getattr(asked.part, "question", None)

    @strawberry.field
    @staticmethod
    def any_of(asked: strawberry.Parent[definitions.Asked]) -> list[str]:
        """Answered by one of these options."""
        return _texts(asked.part, "any_of")

    @strawberry.field
    @staticmethod
    def languages(asked: strawberry.Parent[definitions.Asked]) -> list[str]:
        """Speaks one of these languages."""
        return _texts(asked.part, "languages")

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(asked: strawberry.Parent[definitions.Asked], info: Info) -> list[coalition_models.Partner]:
        """At these partners; empty: at all that the owner may look at."""
        return [await coalition.partner(info.context, one) for one in sorted(getattr(asked.part, "partners", ()))]
