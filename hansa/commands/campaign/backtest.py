"""`hansa campaign backtest`: a campaign tried on past purchases, as a page, a picture or JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from rich import box
from rich.console import Console, Group
from rich.table import Table
from sqlalchemy import or_
from sqlmodel import col, select

from domain.analytics.backtesting import Backtest
from domain.earning.backtest.figures import Spread
from domain.earning.errors import CampaignNotFound
from domain.earning.models import CampaignRow
from domain.earning.queries import campaign_of
from domain.earning.terms import Campaign
from domain.errors import InvalidValue
from domain.liability.months import start_of
from domain.storage import ReadSession
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show
from resolvers import backtests

DAY_LENGTH: Final = len("2026-11-22")
FULL: Final = 30
"""How long the longest bar of a histogram is."""


async def backtest(
    desk: Desk, name: str, since: str, until: str, partner: str | None, svg: Path | None, *, json: bool
) -> None:
    """Try a campaign on past purchases, keep what was found, and show it."""
    owner = None if partner is None else desk.partner(partner)
    campaign = await desk.ctx.read(_named, name)
    period = _instant(desk, since, "from"), _instant(desk, until, "until", ends=True)
    with Console(stderr=True).status(f"Looking back over purchases with {campaign.terms.name!r} …"):
        found = await backtests.run(desk.ctx, campaign, owner, *period)
    if svg is not None:
        _draw(svg, found, campaign)
    if json:
        return reporting.as_json(_plain(found))
    return show(_page(desk, found, campaign))


def _draw(svg: Path, found: Backtest, campaign: Campaign) -> None:
    from hansa.commands.campaign.pictures import weeks_and_spread  # noqa: PLC0415  # only who asks for one draws one

    svg.write_text(weeks_and_spread(found, name=campaign.terms.name), encoding="utf-8")


async def _named(session: ReadSession, name: str) -> Campaign:
    """The latest version of the campaign with that id or name. Raises: CampaignNotFound, InvalidValue."""
    try:
        meant = col(CampaignRow.campaign_id) == UUID(name)
    except ValueError:
        meant = or_(col(CampaignRow.name) == name)
    rows = (await session.scalars(select(CampaignRow).where(meant).order_by(col(CampaignRow.version)))).all()
    if not rows:
        raise CampaignNotFound
    if len({row.campaign_id for row in rows}) > 1:
        ids = ", ".join(sorted({str(row.campaign_id) for row in rows}))
        raise InvalidValue(f"several campaigns are called {name!r}: name one of {ids}", path=("campaign",))
    return campaign_of(rows[-1])


def _instant(desk: Desk, words: str, name: str, *, ends: bool = False) -> datetime:
    """The beginning of a day, or its end; or an instant with its offset. Raises: InvalidValue."""
    try:
        if len(words) == DAY_LENGTH:
            day = date.fromisoformat(words) + timedelta(days=ends)
            return start_of(day, desk.coalition.time_zone).astimezone(UTC)
        return datetime.fromisoformat(words)
    except ValueError:
        raise InvalidValue(f"{words!r} is neither a day such as 2026-11-22 nor an instant", path=(name,)) from None


def _plain(found: Backtest) -> dict[str, Any]:
    figures = asdict(found.findings)
    for part, plain in zip(found.findings.sponsors, figures["sponsors"], strict=True):
        cost = found.cost(part)
        plain["cost"] = None if cost is None else str(cost.amount)
    for name in ("per_purchase", "per_member"):
        figures[name]["quantiles"] = {str(each): points for each, points in figures[name]["quantiles"].items()}
    return {
        "backtest_id": str(found.row.backtest_id),
        "campaign_id": str(found.row.campaign_id),
        "version": found.row.version,
        "fingerprint": found.row.fingerprint.hex(),
        "currency": found.currency,
        **figures,
    }


def _page(desk: Desk, found: Backtest, campaign: Campaign) -> Group:
    parts = [_figures(desk, found, campaign), _sponsors(desk, found)]
    if found.findings.changed:
        parts.append(_changes(found))
    for spread, title in ((found.findings.per_purchase, "Points a purchase"), (found.findings.per_member, "a member")):
        if spread.count:
            parts.append(_spread(spread, title if title.startswith("Points") else f"Points {title}"))
    if found.findings.top:
        parts.append(_top(desk, found))
    parts.append(_weeks(found))
    return Group(*parts)


def _table(title: str, *columns: str, left: int = 1) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < left else "right")
    return table


def _figures(desk: Desk, found: Backtest, campaign: Campaign) -> Table:
    it = found.findings
    whose = "all partners" if found.row.partner_id is None else desk.partners[found.row.partner_id].name
    table = _table(f"{campaign.terms.name}, tried on purchases at {whose}", "", "")
    table.show_header = False
    last = it.until - timedelta(microseconds=1)
    rows = [
        ("from, to", f"{it.since:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M} UTC"),
        (
            "purchases",
            f"{it.purchases:,} of {it.members:,} members, {found.money(it.amount).amount:,} {found.currency}",
        ),
        ("rewarded", f"{it.rewarded:,} purchases of {it.reached:,} members"),
        ("points", f"{it.points:,}"),
    ]
    if it.units:
        rows.append(("money", f"{found.money(it.units).amount:,} {found.currency}"))
    rows += [(name, f"{count:,}") for name, count in it.things.items()]
    if it.cut:
        rows.append(("beyond the budget", f"{it.cut:,} points"))
    for row in rows:
        table.add_row(*row)
    return table


def _sponsors(desk: Desk, found: Backtest) -> Table:
    table = _table("Who pays", "sponsor", "points", "money", "cost", "all campaigns then", "with this", "change")
    for part in found.findings.sponsors:
        cost = found.cost(part)
        table.add_row(
            desk.partners[part.partner_id].name,
            f"{part.points:,}",
            f"{found.money(part.units).amount:,}",
            "" if cost is None else f"{cost.amount:,}",
            f"{part.points_live:,}",
            f"{part.points_with:,}",
            f"{part.points_with - part.points_live:+,}",
        )
    return table


def _changes(found: Backtest) -> Table:
    table = _table("What changes", "campaign", "points then", "with this", "change")
    for one in found.findings.changed:
        change = one.points_with - one.points_live
        table.add_row(one.name, f"{one.points_live:,}", f"{one.points_with:,}", f"{change:+,}")
    return table


def _spread(spread: Spread, title: str) -> Table:
    quantiles = ", ".join(f"{each} %: {points:,}" for each, points in spread.quantiles.items())
    table = _table(f"{title}: mean {spread.mean}; at most, of {quantiles}", "from", "to", "how many", "", left=0)
    most = max(count for _, _, count in spread.histogram)
    table.columns[-1].justify = "left"
    for start, end, count in spread.histogram:
        table.add_row(f"{start:,}", f"{end:,}", f"{count:,}", "█" * -(-count * FULL // most))
    return table


def _top(desk: Desk, found: Backtest) -> Table:
    table = _table("Purchases that would earn most", "when (UTC)", "where", "came to", "points", left=2)
    for one in found.findings.top:
        amount = found.money(one.amount).amount
        table.add_row(f"{one.at:%Y-%m-%d %H:%M}", desk.partners[one.partner_id].name, f"{amount:,}", f"{one.points:,}")
    return table


def _weeks(found: Backtest) -> Table:
    table = _table("Week by week", "from Monday", "purchases", "points", "all campaigns then")
    for week in found.findings.weeks:
        table.add_row(f"{week.monday}", f"{week.purchases:,}", f"{week.points:,}", f"{week.points_live:,}")
    return table
