"""Working hours, worked out by hand over weekends, holidays and the hour that is lost in March."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.ids import new_id
from domain.service import turns
from domain.service.errors import InvalidServiceHours
from domain.service.hours import HolidayCalendar, ServiceHours

RIGA = ZoneInfo("Europe/Riga")
OFFICE = ServiceHours(zone="Europe/Riga", opens=time(9), closes=time(17))
HOUR = 3600


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=RIGA)


def test_a_weekend_and_easter_monday_are_not_worked() -> None:
    """From Thursday 2 April 2026 16:00 to Tuesday 9:30.

    Easter is 5 April: an hour on Thursday; Good Friday, the weekend and Monday are free; half an hour on Tuesday.
    """
    assert OFFICE.worked(at(2026, 4, 2, 16), at(2026, 4, 7, 9, 30)) == HOUR + HOUR // 2
    assert OFFICE.after(at(2026, 4, 2, 16), 2 * HOUR) == at(2026, 4, 7, 10)


def test_a_question_of_friday_evening_is_answered_in_time_on_monday() -> None:
    """Asked on Friday 13 March 18:00; four working hours end on Monday at 13:00."""
    assert OFFICE.after(at(2026, 3, 13, 18), 4 * HOUR) == at(2026, 3, 16, 13)
    assert OFFICE.worked(at(2026, 3, 13, 18), at(2026, 3, 16, 9)) == 0


def test_the_hour_that_is_lost_in_march_is_not_worked() -> None:
    """On 29 March 2026 clocks in Riga go from 3:00 to 4:00: a night desk from 0:00 to 6:00 works five hours."""
    nights = ServiceHours(
        zone="Europe/Riga", opens=time(0), closes=time(6), days=frozenset(range(1, 8)), calendar=HolidayCalendar.NONE
    )
    assert nights.worked(at(2026, 3, 28, 12), at(2026, 3, 29, 12)) == 5 * HOUR
    assert nights.worked(at(2026, 10, 24, 12), at(2026, 10, 25, 12)) == 7 * HOUR


def test_a_desk_that_never_sleeps_counts_every_second() -> None:
    always = ServiceHours(
        zone="UTC", opens=time(0), closes=time(0), days=frozenset(range(1, 8)), calendar=HolidayCalendar.NONE
    )
    start = datetime(2026, 12, 24, 13, 7, 1, tzinfo=UTC)
    assert always.worked(start, start + timedelta(days=3, seconds=11)) == 3 * 24 * HOUR + 11


def test_a_day_that_is_closed_besides_is_free() -> None:
    own = ServiceHours(zone="Europe/Riga", closed=frozenset({date(2026, 3, 16)}))
    assert own.after(at(2026, 3, 13, 18), HOUR) == at(2026, 3, 17, 10)


@given(
    start=st.integers(0, 63_000_000),
    seconds=st.integers(1, 200_000),
    opens=st.integers(0, 12),
    length=st.integers(1, 11),
    days=st.sets(st.integers(1, 7), min_size=1),
)
def test_what_is_due_after_so_long_is_exactly_so_long_away(
    start: int, seconds: int, opens: int, length: int, days: set[int]
) -> None:
    hours = ServiceHours(zone="Europe/Riga", opens=time(opens), closes=time(opens + length), days=frozenset(days))
    since = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=start)
    due = hours.after(since, seconds)
    assert hours.worked(since, due) == seconds
    assert hours.worked(since, due - timedelta(seconds=1)) == seconds - 1
    assert ServiceHours.from_json(hours.to_json()) == hours


@pytest.mark.parametrize(
    "wrong",
    [{"zone": "Riga"}, {"opens": time(17), "closes": time(9)}, {"days": frozenset()}, {"answer_minutes": 0}],
)
def test_hours_that_nobody_works_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidServiceHours) as refused:
        ServiceHours(**{"zone": "Europe/Riga", **wrong})  # type: ignore[arg-type]
    assert refused.value.path[0] in wrong


def test_time_in_which_nothing_is_asked_of_the_handler_does_not_count() -> None:
    """Asked on Friday 16:00, answered on Monday 10:00: one hour and one are two.

    The member asks again on Tuesday 9:00: the seven hours of Monday do not count. Closed on Tuesday 12:00: two and
    three hours, five.
    """
    turn = turns.begun(new_id(), 1, None, OFFICE, now=at(2026, 3, 13, 16))
    assert turn.answer_due_at == at(2026, 3, 16, 16)  # eight working hours: one on Friday, seven on Monday
    turns.answered(turn, now=at(2026, 3, 16, 10))
    assert turn.answered_in == 2 * HOUR
    turns.asked(turn, now=at(2026, 3, 17, 9))
    assert turn.waited == 7 * HOUR
    # forty hours less two are left: Tuesday to Friday are 32, six more on Monday
    assert turn.resolve_due_at == at(2026, 3, 23, 15)
    turns.answered(turn, now=at(2026, 3, 17, 11))
    assert turn.answered_in == 2 * HOUR
    turns.asked(turn, now=at(2026, 3, 17, 11))
    turns.ended(turn, resolved=True, now=at(2026, 3, 17, 12))
    assert turn.resolved_in == 5 * HOUR
