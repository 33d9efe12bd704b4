"""The conditions of campaigns: expressions over a basket or an action, and the member."""

from __future__ import annotations

from typing import Protocol

from domain.earning.actions import Action
from domain.earning.basket import Basket, MemberFacts
from domain.earning.errors import InvalidCampaign
from domain.earning.when import When


class Condition(Protocol):
    """An expression made ready."""

    @property
    def reads_products(self) -> frozenset[str]:
        """What of the lines' articles it reads."""

    def holds(self, occasion: Basket | Action, facts: MemberFacts) -> bool:
        """Whether it holds."""


def condition_of(when: When) -> Condition | None:
    """The condition of a campaign, made ready. Raises: InvalidCampaign."""
    if when.condition is None:
        return None
    raise InvalidCampaign("conditions cannot be read yet", path=("when", "condition"))
