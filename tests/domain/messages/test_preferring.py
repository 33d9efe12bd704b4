"""When mail goes out: quiet hours over midnight, on the days clocks change, and digests."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.messages.errors import InvalidPreferences
from domain.messages.preferring import NIGHT, Preferences, Quiet, Ways, next_at
from domain.messages.topics import TOPICS, Topic

RIGA = ZoneInfo("Europe/Riga")
EIGHT = time(8)
MINUTES = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is added
ZONES = st.sampled_from(["Europe/Riga", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])


def local(*parts: int, fold: int = 0) -> datetime:
    """An instant by the clocks of Riga."""
    return datetime(*parts, tzinfo=RIGA, fold=fold)  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("at", "goes"),
    [
        (local(2026, 12, 1, 20, 59), local(2026, 12, 1, 20, 59)),
        (local(2026, 12, 1, 21, 0), local(2026, 12, 2, 8, 0)),
        (local(2026, 12, 1, 23, 59), local(2026, 12, 2, 8, 0)),
        (local(2026, 12, 2, 0, 0), local(2026, 12, 2, 8, 0)),
        (local(2026, 12, 2, 7, 59), local(2026, 12, 2, 8, 0)),
        (local(2026, 12, 2, 8, 0), local(2026, 12, 2, 8, 0)),
        # Clocks go forward on 29 March 2026 at 03:00 and back on 25 October 2026 at 04:00.
        (local(2026, 3, 28, 22, 0), local(2026, 3, 29, 8, 0)),
        (local(2026, 10, 24, 22, 0), local(2026, 10, 25, 8, 0)),
    ],
)
def test_mail_waits_for_the_end_of_the_night(at: datetime, goes: datetime) -> None:
    assert Preferences().mail_at(at.astimezone(UTC), zone=RIGA, digest_at=EIGHT) == goes


def test_a_night_in_spring_is_an_hour_shorter_and_one_in_autumn_longer() -> None:
    spring, autumn = local(2026, 3, 28, 22, 0), local(2026, 10, 24, 22, 0)
    for at, hours in ((spring, 9), (autumn, 11)):
        waits = Preferences().mail_at(at.astimezone(UTC), zone=RIGA, digest_at=EIGHT) - at.astimezone(UTC)
        assert waits == timedelta(hours=hours)


def test_quiet_hours_that_end_where_clocks_skip_end_after_the_gap() -> None:
    quiet = Preferences(quiet=Quiet(since=time(23), until=time(3, 30)))
    goes = quiet.mail_at(local(2026, 3, 28, 23, 30).astimezone(UTC), zone=RIGA, digest_at=EIGHT)
    assert goes == local(2026, 3, 29, 4, 0)


def test_quiet_hours_that_end_where_clocks_repeat_end_the_first_time() -> None:
    quiet = Preferences(quiet=Quiet(since=time(23), until=time(3, 30)))
    goes = quiet.mail_at(local(2026, 10, 24, 23, 30).astimezone(UTC), zone=RIGA, digest_at=EIGHT)
    assert goes == local(2026, 10, 25, 3, 30, fold=0).astimezone(UTC)


def test_quiet_hours_within_a_day_are_of_that_day() -> None:
    noon = Quiet(since=time(12), until=time(14))
    assert [noon.covers(time(hour)) for hour in (11, 12, 13, 14, 0)] == [False, True, True, False, False]


def test_a_digest_goes_at_its_hour_where_the_member_is_and_after_quiet_hours() -> None:
    now = local(2026, 12, 1, 9, 0).astimezone(UTC)
    in_tokyo = Preferences(digest=True, time_zone="Asia/Tokyo")
    assert in_tokyo.mail_at(now, zone=RIGA, digest_at=EIGHT).astimezone(ZoneInfo("Asia/Tokyo")).hour == 8
    sleeps = Preferences(digest=True, quiet=Quiet(since=time(20), until=time(10)))
    assert sleeps.mail_at(now, zone=RIGA, digest_at=EIGHT) == local(2026, 12, 2, 10, 0)


@given(now=INSTANTS, at=MINUTES, zone=ZONES)
def test_the_next_time_is_soon_and_shows_that_time_unless_clocks_skip_it(now: datetime, at: time, zone: str) -> None:
    there = ZoneInfo(zone)
    found = next_at(now, at, there)
    assert now <= found <= now + timedelta(hours=25)
    shown = found.astimezone(there)
    before = (found - timedelta(seconds=1)).astimezone(there)
    assert shown.time() == at or shown.utcoffset() != before.utcoffset()


@given(now=INSTANTS, since=MINUTES, until=MINUTES, zone=ZONES, digest=st.booleans())
def test_nothing_goes_in_quiet_hours(now: datetime, since: time, until: time, zone: str, digest: bool) -> None:  # noqa: FBT001
    if since == until:
        return
    wants = Preferences(quiet=Quiet(since=since, until=until), time_zone=zone, digest=digest)
    goes = wants.mail_at(now, zone=RIGA, digest_at=EIGHT)
    assert goes >= now
    shown = goes.astimezone(ZoneInfo(zone))
    skipped = shown.utcoffset() != (goes - timedelta(seconds=1)).astimezone(ZoneInfo(zone)).utcoffset()
    assert not wants.quiet.covers(shown.time()) or skipped


def test_what_is_a_members_own_always_reaches_the_inbox_and_marketing_only_where_it_is_wanted() -> None:
    wants = Preferences(ways={topic: Ways(inbox=False, mail=False) for topic in Topic})
    for topic, about in TOPICS.items():
        assert wants.of(topic) == Ways(inbox=not about.marketing, mail=False)
        assert Preferences().of(topic) == Ways(inbox=True, mail=about.mailed)


@pytest.mark.parametrize(
    ("said", "part"),
    [({"time_zone": "Riga"}, "time_zone"), ({"language": "de"}, "language")],
)
def test_what_cannot_be_kept_to_is_refused(said: dict[str, str], part: str) -> None:
    with pytest.raises(InvalidPreferences) as refused:
        Preferences(**said)  # type: ignore[arg-type]
    assert refused.value.path == (part,)
    with pytest.raises(InvalidPreferences):
        Preferences(quiet=Quiet(since=NIGHT.since, until=NIGHT.since))
