"""What is given beside points for money spent: flat points, things that are no points, a turn of a wheel."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from domain.earning.forms import ID, TEXT, WHOLE, Codec, check, choice, listed, parts_of, read_parts, written

LARGEST_POINTS = 1_000_000
LONGEST_TOKEN = 80
LONGEST_DAYS = 3650
MOST_SLOTS = 100
LARGEST_WEIGHT = 1_000_000


class TokenKind(StrEnum):
    """What sort of thing was won."""

    COUPON = "COUPON"
    """Shown at a till, where it is worth what its name says."""
    BADGE = "BADGE"
    """Shown to the member."""
    TICKET = "TICKET"
    """Takes part in a draw."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A thing to be won that is no point."""

    kind: TokenKind = field(metadata=choice(TokenKind, "kind of token").metadata)
    name: str = field(metadata=TEXT.metadata)
    """What people call it: "A free side", "Lottery of the harvest"."""
    days: int = field(default=0, metadata=WHOLE.metadata)
    """How many days it can be used; 0: for ever."""
    coupon: UUID | None = field(default=None, metadata=ID.metadata)
    """COUPON: winning it gives a voucher of this coupon, which works at the till and has the coupon's own term."""

    def __post_init__(self) -> None:
        bare = self.coupon is None
        check("coupon", f"said of a token of kind {TokenKind.COUPON} only", holds=bare or self.kind is TokenKind.COUPON)
        check("days", "said by the coupon, where there is one", holds=bare or not self.days)
        well = bool(self.name.strip()) and len(self.name) <= LONGEST_TOKEN and self.name.isprintable()
        check("name", f"1 to {LONGEST_TOKEN} printable characters", holds=well)
        check("days", f"0 to {LONGEST_DAYS}", holds=0 <= self.days <= LONGEST_DAYS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A part of a wheel: its weight beside the others is its chance. Neither points nor a token: a blank."""

    weight: int = field(metadata=WHOLE.metadata)
    points: int = field(default=0, metadata=WHOLE.metadata)
    token: Token | None = field(default=None, metadata=parts_of(Token).metadata)

    def __post_init__(self) -> None:
        check("weight", f"1 to {LARGEST_WEIGHT}", holds=1 <= self.weight <= LARGEST_WEIGHT)
        check("points", f"0 to {LARGEST_POINTS}", holds=0 <= self.points <= LARGEST_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prize:
    """What is won: points, a token, or whatever a wheel stops at."""

    points: int = field(default=0, metadata=WHOLE.metadata)
    token: Token | None = field(default=None, metadata=parts_of(Token).metadata)
    wheel: tuple[Slot, ...] = field(default=(), metadata=listed(parts_of(Slot)).metadata)

    def __post_init__(self) -> None:
        check("points", f"0 to {LARGEST_POINTS}", holds=0 <= self.points <= LARGEST_POINTS)
        check("wheel", f"at most {MOST_SLOTS} slots", holds=len(self.wheel) <= MOST_SLOTS)
        check("wheel", "at least two slots, not all of them blank", holds=not self.wheel or _is_a_wheel(self.wheel))
        given = bool(self.points or self.token)
        check("prize", "points, a token or a wheel; a wheel stands alone", holds=given != bool(self.wheel), whole=True)

    @property
    def odds(self) -> int:
        """All weights together: a slot's chance is its weight in so many."""
        return sum(slot.weight for slot in self.wheel)


def _is_a_wheel(slots: tuple[Slot, ...]) -> bool:
    return len(slots) > 1 and any(slot.points or slot.token for slot in slots)


PRIZE = Codec(write=written, read=lambda stored: read_parts(Prize, stored)).metadata
