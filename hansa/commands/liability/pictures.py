"""Liability as pictures for a board: how cohorts are redeemed, the range of what is to come, and what covers it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from domain.liability.development import to_decimal
from domain.liability.estimating import CohortEstimate, Estimate
from domain.liability.models import Basis, ReserveFinding
from hansa.commands.liability.charts import HEIGHT, LEFT, RIGHT, WIDTH, Page, Point, Scale, apart, steps

TOP, BOTTOM = 118, HEIGHT - 58
MOST_LABELS = 8


def cohort_curves(found: Estimate, *, of: str, as_of: datetime) -> str:
    """Each cohort's redeemed part by its age; the newest one's way on, fanned out by nine outcomes in ten."""
    low, expected, high = (float(rate) for rate in found.urr)
    page = Page(
        title=f"How much of what was issued is redeemed: {of}",
        says=f"Ultimate redemption rate {expected:.1%}, between {low:.1%} and {high:.1%} nine times in ten.",
    )
    page.heading(f"Each line is what was issued in one month, as of {as_of:%d %B %Y}")
    page.text(28, 88, _explained(found), "quiet")
    shown = [one for one in found.cohorts if one.cohort.by_age and one.cohort.net_issued]
    ages = max((len(one.cohort.by_age) for one in shown), default=1) - 1
    most = max([high, *(_part(one, one.cohort.by_age[-1]) for one in shown)], default=1.0)
    marks = steps(0, max(most, 0.05))
    across, up = Scale(0, ages + 2, LEFT, WIDTH - RIGHT), Scale(0, marks[-1], BOTTOM, TOP)
    _frame(page, across, up, marks, ages)
    if found.development is not None and shown:
        _fan(page, found, shown[-1], across, up)
    labels = [(_draw_cohort(page, one, place, len(shown), across, up), one) for place, one in enumerate(shown)]
    _label_cohorts(page, labels)
    _ultimate(page, found, up)
    return page.svg()


def cover_over_time(history: Sequence[ReserveFinding], *, currency: str) -> str:
    """The cover with its two thresholds, and below what is needed and what is there."""
    newest = history[-1]
    cash = newest.from_settlement + newest.from_account
    cover = "nothing is needed" if newest.cover is None else f"cover {newest.cover:.2f}"
    page = Page(
        title="What covers the points still out",
        says=f"{newest.as_of:%d %B %Y}: {cover}, {cash:,.2f} {currency} for {newest.need:,.2f} needed.",
        height=HEIGHT + 120,
    )
    page.heading(f"Reserve cash ÷ need, day by day to {newest.as_of:%d %B %Y}")
    start, end = history[0].as_of, max(newest.as_of, history[0].as_of + timedelta(days=1))
    across = Scale(start.timestamp(), end.timestamp(), LEFT, WIDTH - RIGHT)
    _draw_cover(page, history, across)
    _draw_money(page, history, across, currency)
    _days(page, start, end, across, page.height - 40)
    return page.svg()


def _explained(found: Estimate) -> str:
    if found.basis is Basis.ALL_OUTSTANDING:
        return "Too little history for a chain ladder: every point still out counts"
    return "Shaded: nine outcomes in ten of the newest month (chain ladder, Mack 1993)"


def _part(one: CohortEstimate, points: int) -> float:
    return points / one.cohort.net_issued


def _frame(page: Page, across: Scale, up: Scale, marks: Sequence[float], ages: int) -> None:
    digits = 0 if all(f"{mark:.4f}".endswith("00") for mark in marks) else 1
    for mark in marks:
        page.rule(LEFT, up(mark), WIDTH - RIGHT, up(mark), "grid" if mark else "axis")
        page.text(LEFT - 12, up(mark) + 5, f"{mark:.{digits}%}", "quiet", anchor="end")
    every = max(1, round(ages / 12))
    for age in range(0, ages + 1, every):
        page.text(across(age), BOTTOM + 22, str(age), "quiet", anchor="middle")
    page.text(WIDTH - RIGHT, BOTTOM + 22, "in the end", "quiet", anchor="end")
    page.text(LEFT, BOTTOM + 45, "Months since the month of issue began", "quiet small")


def _draw_cohort(page: Page, one: CohortEstimate, place: int, many: int, across: Scale, up: Scale) -> Point:
    """A cohort's line, the newer the stronger; where it ends."""
    so_far = (0, *one.cohort.by_age)
    points = [(across(age), up(_part(one, points))) for age, points in enumerate(so_far)]
    strength = 0.35 + 0.65 * (place + 1) / many
    page.line(points, "baltic", 1.4 + strength, opacity=strength)
    page.dot(*points[-1], "baltic", 3.2)
    return points[-1]


def _fan(page: Page, found: Estimate, one: CohortEstimate, across: Scale, up: Scale) -> None:
    """From where the newest cohort stands, as it is expected to go on, with its range."""
    assert found.development is not None
    seen, age = one.cohort.by_age[-1], len(one.cohort.by_age) - 1
    way = [float(to_decimal(point)) for point in found.development.curve(seen, age, tail=found.tail)]
    span = (way[-1] - seen) or 1.0
    ends = [float(one.cohort.redeemed + bound) for bound in (one.low, one.further, one.high)]
    drawn = []
    for end in ends:
        paths = [seen + (point - seen) / span * (end - seen) for point in way]
        drawn.append(
            [(across(age + 1 + ahead), up(point / one.cohort.net_issued)) for ahead, point in enumerate(paths)]
        )
    page.area(drawn[2], drawn[0], "ochre-soft")
    page.line(drawn[1], "ochre", 2, dash="2 6")


def _label_cohorts(page: Page, labels: Sequence[tuple[Point, CohortEstimate]]) -> None:
    """The months beside the ends of some lines, the oldest and the newest always among them."""
    every = max(1, -(-len(labels) // MOST_LABELS))
    chosen = [label for place, label in enumerate(labels) if place % every == 0 or place == len(labels) - 1]
    for (x, y), one in chosen:
        page.text(x + 7, y + 15, f"{one.cohort.month:%b %y}", "small quiet halo")


def _ultimate(page: Page, found: Estimate, up: Scale) -> None:
    """Beside the chart: where all cohorts together are expected to end."""
    low, expected, high = (float(rate) for rate in found.urr)
    x = WIDTH - RIGHT + 34
    page.box(x, up(high), 10, up(low) - up(high), "ochre-soft")
    page.rule(x, up(high), x + 10, up(high), "axis")
    page.rule(x, up(low), x + 10, up(low), "axis")
    page.dot(x + 5, up(expected), "ochre", 5)
    places = apart([up(high), up(expected), up(low)], 20, TOP, BOTTOM)
    page.text(x, max(TOP - 14, places[0] - 20), "all of them, in the end", "small quiet")
    page.text(x + 20, places[0] + 5, f"{high:.1%}", "quiet")
    page.text(x + 20, places[1] + 5, f"{expected:.1%} expected", "strong ochre")
    page.text(x + 20, places[2] + 5, f"{low:.1%}", "quiet")


def _draw_cover(page: Page, history: Sequence[ReserveFinding], across: Scale) -> None:
    known = [one for one in history if one.cover is not None]
    most = min(max([float(one.cover or 0) for one in known], default=1.0), 4.0)
    newest = history[-1]
    warning, minimum = float(newest.cover_warning), float(newest.cover_minimum)
    marks = steps(0, max(most * 1.08, warning * 1.2), 4)
    bottom = 380.0
    up = Scale(0, marks[-1], bottom, TOP)
    page.box(LEFT, up(minimum), WIDTH - RIGHT - LEFT, bottom - up(minimum), "brick-soft")
    for mark in marks:
        page.rule(LEFT, up(mark), WIDTH - RIGHT, up(mark), "grid" if mark else "axis")
        page.text(LEFT - 12, up(mark) + 5, f"{mark:.1f}", "quiet", anchor="end")
    ends = [(LEFT, WIDTH - RIGHT)]
    for level, colour, dash in ((warning, "ochre", "7 5"), (minimum, "brick", "")):
        page.line([(x, up(level)) for x in ends[0]], colour, 1.6, dash=dash)
    for stretch in _stretches(history):
        points = [(across(one.as_of.timestamp()), up(min(float(one.cover or 0), marks[-1]))) for one in stretch]
        page.line(points, "baltic", 2.6)
    x = WIDTH - RIGHT + 14
    at = up(min(float(newest.cover), marks[-1])) if newest.cover is not None else TOP
    places = apart([at, up(warning), up(minimum)], 18, TOP, bottom)
    words = "nothing is needed" if newest.cover is None else f"{newest.cover:.2f} now"
    if newest.cover is not None:
        page.dot(across(newest.as_of.timestamp()), at, "baltic", 4.5)
    page.text(x, places[0] + 5, words, "strong baltic")
    page.text(x, places[1] + 5, f"{warning:.2f} warning", "ochre small")
    page.text(x, places[2] + 5, f"{minimum:.2f} minimum", "brick small")


def _stretches(history: Sequence[ReserveFinding]) -> list[list[ReserveFinding]]:
    """The history without the days on which nothing was needed."""
    found: list[list[ReserveFinding]] = [[]]
    for one in history:
        if one.cover is not None:
            found[-1].append(one)
        elif found[-1]:
            found.append([])
    return [stretch for stretch in found if stretch]


def _draw_money(page: Page, history: Sequence[ReserveFinding], across: Scale, currency: str) -> None:
    top, bottom = 440.0, page.height - 66.0
    cash = [one.from_settlement + one.from_account for one in history]
    marks = steps(min(0.0, float(min(cash))), float(max([*cash, *(one.need_high for one in history), Decimal(1)])), 3)
    up = Scale(marks[0], marks[-1], bottom, top)
    page.text(28, top - 22, f"Need and cash, {currency}", "strong")
    for mark in marks:
        page.rule(LEFT, up(mark), WIDTH - RIGHT, up(mark), "grid" if mark else "axis")
        page.text(LEFT - 12, up(mark) + 5, f"{mark:,.0f}".replace("-", "−"), "quiet", anchor="end")
    at = [across(one.as_of.timestamp()) for one in history]

    def drawn(amounts: Sequence[Decimal]) -> list[Point]:
        return [(x, up(float(amount))) for x, amount in zip(at, amounts, strict=True)]

    page.area(drawn([one.need_high for one in history]), drawn([one.need_low for one in history]), "ochre-soft")
    page.line(drawn([one.need for one in history]), "ochre", 2)
    page.line(drawn(cash), "baltic", 2)
    x = WIDTH - RIGHT + 14
    places = apart([up(float(cash[-1])), up(float(history[-1].need))], 21, top, bottom)
    page.text(x, places[0] + 5, f"cash {cash[-1]:,.2f}".replace("-", "−"), "baltic small")
    page.text(x, places[1] + 5, f"need {history[-1].need:,.2f}", "ochre small")


def _days(page: Page, start: datetime, end: datetime, across: Scale, y: float) -> None:
    """A few days along the bottom."""
    many = 6
    for step in range(many + 1):
        day = start + (end - start) * step / many
        anchor = "start" if step == 0 else "end" if step == many else "middle"
        page.text(across(day.timestamp()), y, f"{day:%d %b %y}", "quiet small", anchor=anchor)
