"""Time counted back in whole days of the coalition's zone."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo


def opens(days: int, *, now: datetime, zone: ZoneInfo) -> datetime:
    """From when on something is within so many days: the midnight that begins the day so many days before today."""
    day = now.astimezone(zone).date() - timedelta(days=days)
    return datetime.combine(day, time.min, zone)
