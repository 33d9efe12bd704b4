"""When points lapse, by the calendar of the coalition's time zone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from domain.earning.errors import InvalidCampaign
from domain.earning.expiry import Expiry, ExpiryKind, expires_at

RIGA = ZoneInfo("Europe/Riga")
EARNED = datetime(2026, 11, 22, 22, 30, tzinfo=UTC)
"""Half past midnight of the 23rd in Riga."""


@pytest.mark.parametrize(
    ("expiry", "last_day"),
    [
        (Expiry(kind=ExpiryKind.MONTHS, months=1), "2026-12-23"),
        (Expiry(kind=ExpiryKind.MONTHS, months=24), "2028-11-23"),
        (Expiry(kind=ExpiryKind.END_OF_MONTH), "2026-11-30"),
        (Expiry(kind=ExpiryKind.END_OF_MONTH, months=3), "2027-02-28"),
        (Expiry(kind=ExpiryKind.FIXED, month=12, day=31), "2026-12-31"),
        (Expiry(kind=ExpiryKind.FIXED, month=12, day=31, months=24), "2028-12-31"),
        (Expiry(kind=ExpiryKind.FIXED, month=11, day=22), "2027-11-22"),
        (Expiry(kind=ExpiryKind.FIXED, month=11, day=23), "2026-11-23"),
    ],
)
def test_points_live_to_the_end_of_their_last_day(expiry: Expiry, last_day: str) -> None:
    gone = expires_at(expiry, EARNED, RIGA)
    assert gone is not None
    assert gone.astimezone(RIGA).isoformat()[11:19] == "00:00:00"
    assert (gone.astimezone(RIGA).toordinal() - datetime.fromisoformat(last_day).toordinal()) == 1


def test_a_month_without_the_day_ends_on_its_last_day() -> None:
    earned = datetime(2027, 1, 31, 12, tzinfo=UTC)
    gone = expires_at(Expiry(kind=ExpiryKind.MONTHS, months=1), earned, ZoneInfo("UTC"))
    assert gone == datetime(2027, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize("expiry", [Expiry(), Expiry(kind=ExpiryKind.INACTIVITY, months=12)])
def test_what_no_calendar_ends_has_no_date(expiry: Expiry) -> None:
    assert expires_at(expiry, EARNED, RIGA) is None


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "SOMETIMES"},
        {"kind": ["NEVER"]},
        {"kind": "NEVER", "months": 1},
        {"kind": "MONTHS"},
        {"kind": "MONTHS", "months": 121},
        {"kind": "MONTHS", "months": True},
        {"kind": "MONTHS", "months": 1, "day": 3},
        {"kind": "MONTHS", "weeks": 1},
        {"kind": "FIXED", "months": 1},
        {"kind": "FIXED", "month": 2, "day": 29},
        {"kind": "FIXED", "month": 13, "day": 1},
        {"kind": "INACTIVITY"},
    ],
)
def test_a_malformed_policy_is_refused(stored: dict[str, Any]) -> None:
    with pytest.raises(InvalidCampaign):
        Expiry.from_json(stored)


@pytest.mark.parametrize("expiry", [Expiry(), Expiry(kind=ExpiryKind.FIXED, month=12, day=31, months=24)])
def test_a_policy_is_read_back_as_it_was_written(expiry: Expiry) -> None:
    assert Expiry.from_json(expiry.to_json()) == expiry
