"""Whether a friend has qualified: a question of the terms, of what was bought and came back, and of the time. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from domain.earning.basket import CLOCK_SKEW
from domain.referral.models import Refusal
from domain.referral.terms import ReferralTerms

LOOK_AGAIN = timedelta(hours=1)
"""A friend who has not bought yet is looked at so often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bought:
    """A purchase of the friend's, as it stands."""

    wallet_id: UUID
    entry_id: UUID
    partner_id: UUID
    occurred_at: datetime
    total: int
    """What was paid, in minor units …"""
    back: int
    """… and what of it came back since."""
    returns: int

    @property
    def kept(self) -> int:
        """What is left of it."""
        return self.total - self.back


@dataclass(frozen=True, slots=True)
class Waits:
    """Nothing is certain yet; look again then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Qualifies:
    """This purchase counts: its return window is over, and enough of it was kept."""

    purchase: Bought


@dataclass(frozen=True, slots=True)
class DoesNot:
    """It is too late for any purchase to count."""

    why: Refusal


Judgement: TypeAlias = Waits | Qualifies | DoesNot


def judged(terms: ReferralTerms, joined_at: datetime, purchases: Sequence[Bought], now: datetime) -> Judgement:
    """What becomes of a friend who joined then, by all that it has bought, in any order.

    The first purchase of at least so much counts, in time and at one of the partners; one that comes back within its
    return window makes room for the next. Receipts may arrive late by as much as a return window.
    """
    deadline = terms.deadline(joined_at)
    in_time = [
        one
        for one in sorted(purchases, key=lambda one: (one.occurred_at, one.entry_id))
        if joined_at - CLOCK_SKEW <= one.occurred_at <= deadline
        and (not terms.partners or one.partner_id in terms.partners)
        and one.total >= terms.least
    ]
    first = next((one for one in in_time if one.kept >= terms.least), None)
    if first is not None:
        over = first.occurred_at + terms.returnable
        return Qualifies(first) if over <= now else Waits(over)
    given_up = deadline + terms.returnable
    if now > given_up:
        return DoesNot(Refusal.RETURNED if in_time else Refusal.TOO_LATE)
    return Waits(min(now + LOOK_AGAIN, given_up + timedelta(seconds=1)))
