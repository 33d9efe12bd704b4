"""What campaigns let members win, as the contract takes it."""

from __future__ import annotations

import strawberry

from domain.earning.prizes import Prize, Slot, Token, TokenKind
from domain.values import Points
from resolvers.global_ids import GlobalIds
from schema.errors import within


@strawberry.input
class TokenInput:
    """A thing to be won that is no point."""

    kind: TokenKind
    """What sort of thing."""
    name: str
    """What people call it, at most 80 characters."""
    days: int = 0
    """How many days it can be used; 0 for ever, or as its coupon says."""
    coupon: strawberry.ID | None = None
    """Of kind COUPON: a live coupon of yours, of which a voucher is won."""

    def to_token(self, ids: GlobalIds) -> Token:
        """As the domain takes it. Raises: InvalidRule, NotFound."""
        coupon = None if self.coupon is None else ids.one("Coupon", self.coupon)
        return Token(kind=self.kind, name=self.name, days=self.days, coupon=coupon)


@strawberry.input
class WheelSlotInput:
    """A part of a wheel; neither points nor a token: a blank."""

    weight: int
    """Its chance is its weight in the sum of all weights."""
    points: Points = Points(0)
    """Points that it gives."""
    token: TokenInput | None = None
    """A thing that it gives."""

    def to_slot(self, ids: GlobalIds) -> Slot:
        """As the domain takes it."""
        with within("token"):
            token = None if self.token is None else self.token.to_token(ids)
        return Slot(weight=self.weight, points=int(self.points), token=token)


@strawberry.input
class PrizeInput:
    """What is won: points, a token, both, or a turn of a wheel."""

    points: Points = Points(0)
    """Points."""
    token: TokenInput | None = None
    """A thing that is no point."""
    wheel: list[WheelSlotInput] = strawberry.field(default_factory=list)
    """The parts of a wheel: at least two, not all of them blank. Its odds are shown to everyone who may earn by it."""

    def to_prize(self, ids: GlobalIds) -> Prize:
        """As the domain takes it. Raises: InvalidRule, NotFound."""
        with within("token"):
            token = None if self.token is None else self.token.to_token(ids)
        wheel = []
        for place, slot in enumerate(self.wheel):
            with within("wheel", str(place)):
                wheel.append(slot.to_slot(ids))
        return Prize(points=int(self.points), token=token, wheel=tuple(wheel))
