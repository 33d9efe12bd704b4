"""Which lines of a basket a rule counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from domain.earning.errors import InvalidRule
from domain.earning.forms import FLAG, ID, TEXT, Codec, listed, read_parts, set_of, written
from domain.ids import OutletId, PartnerId

TEXTS = set_of(TEXT).metadata
IDS = set_of(ID).metadata


def _read_match(stored: Any) -> LineMatch:
    return LineMatch.from_json(stored)


EXCLUSIONS = listed(Codec(write=written, read=_read_match)).metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class LineMatch:
    """Which lines a rule counts: all present parts hold, and no exclusion does. Without parts: every line."""

    skus: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    gtins: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    makers: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)
    suppliers: frozenset[PartnerId] = field(default=frozenset(), metadata=IDS)
    brands: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    categories: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    departments: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    private_label: bool | None = field(default=None, metadata=FLAG.metadata)
    """Only the shop's own brands, or none of them."""
    outlets: frozenset[OutletId] = field(default=frozenset(), metadata=IDS)
    excluding: tuple[LineMatch, ...] = field(default=(), metadata=EXCLUSIONS)

    def __post_init__(self) -> None:
        for exclusion in self.excluding:
            if exclusion.excluding:
                raise InvalidRule("an exclusion has no exclusions of its own", path=("excluding",))
            if exclusion == LineMatch():
                raise InvalidRule("an exclusion without parts would exclude everything", path=("excluding",))

    def to_json(self) -> dict[str, Any]:
        """The match as stored: only the parts that are there."""
        return written(self)

    @classmethod
    def from_json(cls, stored: Any) -> LineMatch:
        """The match out of its stored form.

        Raises: InvalidRule, naming the part.
        """
        return read_parts(cls, stored)


EVERY_LINE = LineMatch()
LINES = Codec(write=LineMatch.to_json, read=LineMatch.from_json).metadata
