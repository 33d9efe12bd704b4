"""From when and until when awarded points can be spent."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from domain.earning.expiry import Expiry, expires_at


def available_at(return_days: int | None, occurred_at: datetime, now: datetime) -> datetime:
    """When the return window is over, counted from the purchase; at once where there is none."""
    if return_days is None:
        return now
    return max(now, occurred_at + timedelta(days=return_days))


def lasts_until(expiry: Expiry, occurred_at: datetime, ready: datetime, zone: ZoneInfo) -> datetime | None:
    """When points lapse, counted from the purchase; from when they can be spent, if they would lapse before that."""
    until = expires_at(expiry, occurred_at, zone)
    return until if until is None or until > ready else expires_at(expiry, ready, zone)
