"""A recipe on its way into a database: who and what is there by now, and what has been told of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from domain.ids import PartnerId, PersonId
from hansa.recipes.drawing import Recipe
from hansa.recipes.founding import Setting
from hansa.recipes.giving import Cast
from resolvers.context import Context


@dataclass(frozen=True, kw_only=True)
class Made:
    """Something that a programme is made of."""

    what: str
    name: str
    whose: str
    new: bool
    """Made just now; else it was there."""


@dataclass(kw_only=True)
class Loading:
    """A recipe on its way into a database."""

    ctx: Context
    recipe: Recipe
    setting: Setting
    cast: Cast = field(default_factory=lambda: Cast(partners={}))
    people: dict[str, PersonId] = field(default_factory=dict)
    made: list[Made] = field(default_factory=list)

    @property
    def starts(self) -> datetime:
        """When the programme starts; everything is agreed at that moment."""
        return self.setting.starts

    def meet(self, **more: Any) -> None:
        """Let more of the cast be known by their names."""
        self.cast = replace(self.cast, **{name: {**getattr(self.cast, name), **known} for name, known in more.items()})

    def key(self, partner_id: PartnerId | None) -> str:
        """What the recipe calls a partner; nothing for the coalition itself."""
        return next((key for key, one in self.cast.partners.items() if one == partner_id), "")

    def tell(self, what: str, name: str, whose: str, *, new: bool) -> None:
        """Remember what the programme is made of."""
        self.made.append(Made(what=what, name=name, whose=whose, new=new))
