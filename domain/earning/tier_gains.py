"""What another tier would bring for a basket: the same basket, rated as if the member had it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from domain.earning.rating import rate
from domain.earning.tills import Sale
from domain.earning.verdicts import Why

Instead = Callable[[tuple[str, ...], str], tuple[str, ...]]
"""The tiers a member would have with another one: in place of the one of the same programme."""


def tier_gains(sale: Sale, instead: Instead) -> tuple[tuple[str, int], ...]:
    """Tiers that campaigns of this till are meant for and the member does not have, with what each would bring."""
    asked = {tier for one in sale.rating.refusals if one.why is Why.OTHER_TIER for tier in one.campaign.terms.tiers}
    gains = ((tier, _points(sale, instead(sale.facts.tiers, tier)) - sale.rating.points) for tier in sorted(asked))
    return tuple(gain for gain in gains if gain[1] > 0)


def _points(sale: Sale, tiers: tuple[str, ...]) -> int:
    return rate(sale.basket, sale.index, replace(sale.facts, tiers=tiers)).points
