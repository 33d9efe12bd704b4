"""Rewards as a till asks for them: what one would come to, and having it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Self

from hansa.storefront.values import Line, Redemption


@dataclass(frozen=True, slots=True)
class RewardAsk:
    """What of a reward is wanted, and for which basket."""

    reward: str
    """Its id."""
    step: int | None = None
    """Which of its steps, from 1; need not be said where there is one."""
    pieces: int = 1
    points: int | None = None
    """Of a reward paid with points; as many as can be if not said."""
    lines: Sequence[Line] | None = None


def asked(reward: RewardAsk | str) -> dict[str, Any]:
    """As the API takes it; a reward named by its id alone is one piece."""
    ask = RewardAsk(reward) if isinstance(reward, str) else reward
    said = {
        "step": ask.step,
        "points": None if ask.points is None else str(ask.points),
        "lines": None if ask.lines is None else [line.input() for line in ask.lines],
    }
    return {"reward": ask.reward, "pieces": ask.pieces} | {
        name: value for name, value in said.items() if value is not None
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardQuote:
    """What a reward would come to for a member and a basket."""

    points: int
    money: Decimal
    """To be paid beside the points."""
    off: Decimal
    """To be taken off the basket."""
    lines: Mapping[int, Decimal]
    """The same by line number; empty where no basket was sent."""
    affordable: bool
    """Whether the member has the points."""
    limit_left: int | None
    """Pieces that the member may still have; None: there is no limit."""

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """Out of a payload."""
        quote = shown["quote"]
        return cls(
            points=int(quote["quote"]["points"]),
            **_money(quote),
            affordable=quote["affordable"],
            limit_left=quote["limitLeft"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardRedemption:
    """A reward that a member has, or that is set aside."""

    redemption: Redemption
    """The points; it is captured, voided and reversed by its id."""
    pieces: int
    money: Decimal
    """To be paid beside the points."""
    off: Decimal
    """To be taken off the basket."""
    lines: Mapping[int, Decimal]
    """The same by line number; empty where no basket was sent."""
    fulfilment: str
    """How far it has been handed over."""

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """Out of a payload."""
        reward = shown["redemption"]["reward"]
        return cls(
            redemption=Redemption.read(shown), pieces=reward["pieces"], **_money(reward), fulfilment=reward["state"]
        )


def _money(shown: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "money": Decimal(shown["money"]["amount"]),
        "off": Decimal(shown["off"]["amount"]),
        "lines": {line["number"]: Decimal(line["amount"]["amount"]) for line in shown["lines"]},
    }
