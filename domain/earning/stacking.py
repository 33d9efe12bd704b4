"""Which campaigns give together, and which only instead of each other."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from domain.earning.errors import InvalidCampaign
from domain.earning.forms import TEXT, choice

NAME_FORM = re.compile(r"[a-z0-9][a-z0-9-]{0,39}", re.ASCII)


class Mode(StrEnum):
    """How a campaign gives beside others."""

    ADD = "ADD"
    """Together with others."""
    BEST = "BEST"
    """Only the one of its group that is worth most to the member."""
    FIRST = "FIRST"
    """Only the one of its group with the highest priority that gives anything."""
    EXCLUSIVE = "EXCLUSIVE"
    """Alone, if that is worth more than the sum of the rest; else not at all."""
    ALWAYS = "ALWAYS"
    """Whatever else gives, exclusive ones included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacking:
    """How a campaign gives beside others."""

    mode: Mode = field(default=Mode.ADD, metadata=choice(Mode, "way of stacking").metadata)
    group: str | None = field(default=None, metadata=TEXT.metadata)
    """BEST and FIRST: among whom it is chosen."""

    def __post_init__(self) -> None:
        grouped = self.mode in (Mode.BEST, Mode.FIRST)
        if grouped != (self.group is not None):
            raise InvalidCampaign("a group belongs to BEST and FIRST, and only there", path=("group",))
        if self.group is not None and not NAME_FORM.fullmatch(self.group):
            raise InvalidCampaign("a group's name has small letters, digits and hyphens", path=("group",))


TOGETHER = Stacking()


@dataclass(frozen=True, slots=True)
class Contender:
    """A campaign that would give something, and what that is worth to the member, in minor units times any factor."""

    place: int
    """Among the campaigns by priority: a lower place is preferred on a tie."""
    stacking: Stacking
    worth: int


def chosen(contenders: Sequence[Contender]) -> tuple[frozenset[int], Mapping[int, int]]:
    """The places of those that give; and of each that does not, the place of one that gives instead."""
    beaten: dict[int, int] = {}
    rest = [one for one in contenders if one.stacking.mode is Mode.ADD]
    for group in {(one.stacking.mode, one.stacking.group) for one in contenders if one.stacking.group is not None}:
        members = [one for one in contenders if (one.stacking.mode, one.stacking.group) == group]
        best = min(members, key=lambda one: (0 if group[0] is Mode.FIRST else -one.worth, one.place))
        beaten |= {one.place: best.place for one in members if one is not best}
        rest.append(best)
    alone = [one for one in contenders if one.stacking.mode is Mode.EXCLUSIVE]
    if alone:
        best = min(alone, key=lambda one: (-one.worth, one.place))
        wins = best.worth > sum(one.worth for one in rest)
        losers = [one for one in alone if one is not best] + (rest if wins else [best])
        instead = best.place if wins else min((one.place for one in rest), default=best.place)
        beaten |= {one.place: instead for one in losers}
    return frozenset(one.place for one in contenders if one.place not in beaten), beaten
