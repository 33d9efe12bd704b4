"""Days that come round, and the days around them: a prize for a birthday can be had before it and used after it.

A member's day is celebrated once a year, on the first day on which a campaign opens that has something for the member.
All that campaigns give for the day is given then; points wait for their own campaign's window, and things won can be
used to the end of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.earning.actions import Action
from domain.earning.commands import AwardGiven
from domain.earning.verdicts import Rating
from domain.ledger.postings import TokenGiven

BEFORE = "days_before"
"""What an action for a day carries that is still to come."""


def kept_to_window(tokens: Sequence[TokenGiven], rating: Rating, action: Action, zone: ZoneInfo) -> list[TokenGiven]:
    """Things won, each to be used to the end of its campaign's window, where that has one."""
    after = {due.campaign.key: due.campaign.terms.when.days_after for due in rating.tokens}
    return [_until(one, after[one.campaign_id, one.campaign_version], action, zone) for one in tokens]  # type: ignore[index]


def not_before_window(awards: tuple[AwardGiven, ...], action: Action, zone: ZoneInfo) -> tuple[AwardGiven, ...]:
    """Awards whose points wait until their campaign's own window opens."""
    if not action.attributes.get(BEFORE):
        return awards
    return tuple(_waiting(one, _opens(one, action, zone)) for one in awards)


def _until(token: TokenGiven, days_after: int | None, action: Action, zone: ZoneInfo) -> TokenGiven:
    if days_after is None:
        return token
    until = _midnight(_day(action, zone) + timedelta(days=days_after + 1), zone)
    voucher = token.voucher and replace(token.voucher, expires_at=until)
    return replace(token, expires_at=until, voucher=voucher)


def _opens(award: AwardGiven, action: Action, zone: ZoneInfo) -> datetime:
    return _midnight(_day(action, zone) - timedelta(days=award.campaign.terms.when.days_before), zone)


def _waiting(award: AwardGiven, opens: datetime) -> AwardGiven:
    return replace(
        award,
        portions=tuple(replace(one, available_at=max(one.available_at, opens)) for one in award.portions),
    )


def _day(action: Action, zone: ZoneInfo) -> date:
    """The day that is celebrated."""
    before = action.attributes.get(BEFORE, 0)
    assert isinstance(before, int), "its type says so"
    return action.occurred_at.astimezone(zone).date() + timedelta(days=before)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
