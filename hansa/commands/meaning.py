"""What is meant at the desk: by the names that a file uses, and by what people call a thing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Protocol, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.coalition.queries import outlet_by_code
from domain.errors import InvalidValue, NotFound
from domain.ids import OutletId, PartnerId
from domain.segments.queries import find_named
from domain.vouchers.queries import latest_coupons
from hansa.commands.desk import Desk
from hansa.recipes.couponing import coupons_of
from hansa.recipes.drawing import Recipe
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import Part, read_yaml


class _Terms(Protocol):
    @property
    def name(self) -> str: ...


class Versioned(Protocol):
    """What goes from draft to ended: a campaign, a reward, a coupon."""

    @property
    def terms(self) -> _Terms:
        """What it promises, and what it is called."""

    @property
    def state(self) -> StrEnum:
        """Where it stands."""


T = TypeVar("T", bound=Versioned)


def one_called(name: str, found: Iterable[T], noun: str, key: Callable[[T], UUID]) -> T:
    """The one with this name; of several so called, the one that has not ended. Raises: NotFound."""
    called = [one for one in found if one.terms.name == name]
    going = [one for one in called if one.state != "ENDED"] or called[-1:]
    if len(going) == 1:
        return going[0]
    if not going:
        raise NotFound(f"There is no {noun} {name!r}: hansa {noun} list", path=("name",))
    ids = ", ".join(str(key(one)) for one in going)
    raise NotFound(f"Several {noun}s are called {name!r}; name one by its id: {ids}", path=("name",))


async def cast_of(desk: Desk, recipe: Recipe, meant: Sequence[str]) -> Cast:
    """Who and what is meant by a file's names: partners by short names, the rest by what they are called here.

    Raises: InvalidValue, NotFound.
    """
    if recipe.currency != desk.currency:
        raise InvalidValue(f"the file is in {recipe.currency}, the coalition in {desk.currency}", path=("file",))
    slugs = dict(_pair(one) for one in meant)
    partners = {name: desk.partner(slugs.get(name, name)) for name in recipe.partners}
    outlets = {
        code: OutletId((await desk.ctx.read(outlet_by_code, partners[whose], code)).outlet_id)
        for code, whose in recipe.outlets.items()
    }
    segments = {name: await _segment(desk, name, partners.values()) for name in recipe.segments}
    cast = Cast(partners=partners, outlets=outlets, segments=segments)
    known = {(one.partner_id, one.terms.name): one.coupon_id for one in await desk.ctx.read(latest_coupons)}
    coupons = {
        drawn.key: (known[drawn.owner, drawn.terms.name], drawn.terms.name)
        for drawn in coupons_of(recipe, cast)
        if (drawn.owner, drawn.terms.name) in known
    }
    return replace(cast, coupons=coupons)


def part_of(file: Path) -> Part:
    """What a file of YAML says. Raises: InvalidValue, InvalidRecipe."""
    try:
        return read_yaml(file.read_text(encoding="utf-8"), file.name)
    except (OSError, UnicodeDecodeError) as problem:
        raise InvalidValue(f"{file} cannot be read: {problem}", path=("file",)) from None


def reading_at(desk: Desk, *, courses: Mapping[str, UUID] | None = None) -> Reading:
    """Files are read by the coalition's money and clock, by partners' short names, and these courses by theirs."""
    partners = {one.slug: PartnerId(one.partner_id) for one in desk.partners.values()}
    cast = Cast(partners=partners, courses=courses or {})
    return Reading(cast=cast, currency=desk.currency, zone=ZoneInfo(desk.coalition.time_zone))


async def _segment(desk: Desk, name: str, partners: Iterable[PartnerId]) -> UUID:
    """The segment of that name, of one of the file's partners or of the coalition. Raises: NotFound."""
    for owner in (*partners, None):
        found = await desk.ctx.read(find_named, owner, name)
        if found is not None:
            return found.segment_id
    raise NotFound(f"There is no segment {name!r}: hansa segment define FILE", path=("segments",))


def _pair(text: str) -> tuple[str, str]:
    name, sign, slug = text.partition("=")
    if not (name and sign and slug):
        raise InvalidValue(f"{text!r} is not of the form name=slug", path=("as",))
    return name, slug
