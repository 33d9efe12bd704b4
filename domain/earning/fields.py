"""What an action comes to by one of its numbers."""

from __future__ import annotations

from domain.earning.actions import Action
from domain.earning.basket import Basket
from domain.earning.rounding import ROUNDED, Rounding
from domain.earning.rules import PerField


def counted(rule: PerField, subject: Basket | Action) -> int:
    """What of an action's field counts: up to `most`, and nothing of what is below `least`, missing or no number."""
    value = subject.attributes.get(rule.field) if isinstance(subject, Action) else None
    if type(value) is not int or value < rule.least:
        return 0
    return value if rule.most is None else min(value, rule.most)


def points_of(rule: PerField, subject: Basket | Action, rounding: Rounding) -> int:
    """The points of a rule by the field: points · counted / per, rounded once for the action."""
    numerator, denominator = rule.points.numerator, rule.points.denominator * rule.per
    return ROUNDED[rounding](numerator * counted(rule, subject), denominator)
