"""A look back as a picture: points week by week beside what was live, and how they are spread over purchases."""

from __future__ import annotations

from typing import Final

from domain.analytics.backtesting import Backtest
from hansa.commands.liability.charts import LEFT, WIDTH, Page, Scale, apart, steps

TALL: Final = 760
EDGE: Final = WIDTH - 170
"""Where charts end and labels begin."""
MOST_DAYS_NAMED: Final = 7


def weeks_and_spread(found: Backtest, *, name: str) -> str:
    """Both charts on one page."""
    it = found.findings
    page = Page(
        title=f"{name}, tried on past purchases",
        says=f"{it.points:,} points to {it.reached:,} of {it.members:,} members in {it.rewarded:,} purchases.",
        height=TALL,
    )
    page.heading(f"{it.purchases:,} purchases from {it.since:%d %B %Y} until {it.until:%d %B %Y}")
    page.text(28, 88, page.says, "quiet")
    if it.weeks:
        _weeks(page, found, 150, 430)
    if it.per_purchase.histogram:
        _histogram(page, found, 530, TALL - 66)
    return page.svg()


def _weeks(page: Page, found: Backtest, top: float, bottom: float) -> None:
    weeks = found.findings.weeks
    both = [week.points + week.points_live for week in weeks]
    marks = steps(0, max(*both, 1))
    up = Scale(0, marks[-1], bottom, top)
    wide = (EDGE - LEFT) / len(weeks)
    page.text(28, top - 22, "Points a week: these terms on top of all campaigns that were live", "strong")
    for mark in marks:
        page.rule(LEFT, up(mark), EDGE, up(mark), "grid" if mark else "axis")
        page.text(LEFT - 12, up(mark) + 5, f"{mark:,.0f}", "quiet", anchor="end")
    for place, week in enumerate(weeks):
        x, live = LEFT + place * wide, up(week.points_live)
        page.box(x + wide * 0.12, live, wide * 0.76, bottom - live, "soft")
        high = up(week.points_live + week.points)
        page.box(x + wide * 0.12, high, wide * 0.76, live - high, "baltic")
        if place % -(-len(weeks) // MOST_DAYS_NAMED) == 0:
            page.text(x, bottom + 22, f"{week.monday:%d %b %y}", "quiet small")
    last = weeks[-1]
    places = apart([up(last.points_live + last.points / 2), up(last.points_live / 2)], 20, top, bottom)
    page.text(EDGE + 14, places[0] + 5, "these terms", "strong baltic")
    page.text(EDGE + 14, places[1] + 5, "campaigns then", "quiet small")


def _histogram(page: Page, found: Backtest, top: float, bottom: float) -> None:
    spread = found.findings.per_purchase
    bars = spread.histogram
    marks = steps(0, max(count for _, _, count in bars), 3)
    up = Scale(0, marks[-1], bottom, top)
    wide = (EDGE - LEFT) / len(bars)
    page.text(28, top - 22, f"Purchases by the points they would have got, {spread.mean} in the mean", "strong")
    for mark in marks:
        page.rule(LEFT, up(mark), EDGE, up(mark), "grid" if mark else "axis")
        page.text(LEFT - 12, up(mark) + 5, f"{mark:,.0f}", "quiet", anchor="end")
    for place, (start, end, count) in enumerate(bars):
        x, y = LEFT + place * wide, up(count)
        page.box(x + wide * 0.08, y, wide * 0.84, bottom - y, "ochre")
        words = f"{start:,}" if start == end else f"{start:,}-{end:,}"
        page.text(x + wide / 2, bottom + 22, words, "quiet small", anchor="middle")
    page.text(EDGE + 14, bottom + 22, "points", "quiet small")
