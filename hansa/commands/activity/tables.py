"""Activities for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.table import Table

from domain.activities.reporting import ActivityReport
from domain.activities.terms import Activity
from domain.values import Money
from hansa.commands.desk import Desk


def activities_table(desk: Desk, activities: Sequence[Activity]) -> Table:
    """Activities, each on a line."""
    table = _table("Activities", "name", "kind", "whose", "state", "begins", "places", right={"places"})
    for one in activities:
        terms = one.terms
        table.add_row(
            terms.name, terms.kind.lower(), _owner(desk, one), one.state.lower(), _when(desk, one), _places(one)
        )
    return table


def activity_part(desk: Desk, activity: Activity) -> Table:
    """One activity, part by part."""
    terms = activity.terms
    table = _table(f"{terms.name}, {_owner(desk, activity)}", "", "")
    table.show_header = False
    table.add_row("state", f"{activity.state.lower()}, version {activity.version}")
    table.add_row("what", terms.kind.lower())
    table.add_row("begins", _when(desk, activity))
    table.add_row("hosted by", ", ".join(sorted(desk.partners[one].name for one in terms.hosts)))
    table.add_row("where", terms.address or "an outlet of a host")
    table.add_row("places", f"{_places(activity)}, {'a' if terms.waiting else 'no'} waiting list")
    table.add_row("guests", f"up to {terms.guests} each")
    table.add_row("open", "to whoever it is for" if terms.open else "to those who are invited")
    shares = ", ".join(f"{one.share} {desk.partners[one.partner_id].name}" for one in terms.shares)
    table.add_row("costs", shares)
    return table


def numbers_table(desk: Desk, told: ActivityReport) -> Table:
    """Who was invited, and came."""
    counts = ("invited", "accepted", "waiting", "declined", "cancelled", "came", "guests", "no shows")
    table = _table(f"{told.activity.terms.name}: {told.attendees:,} came", "by", *counts, right=set(counts))
    for one in told.numbers:
        figures = (one.invited, one.accepted, one.waiting, one.declined, one.cancelled, one.came, one.guests)
        table.add_row(desk.partners[one.inviter_id].name, *(f"{figure:,}" for figure in (*figures, one.no_shows)))
    return table


def shares_table(desk: Desk, told: ActivityReport) -> Table:
    """What it cost whom, and who pays whom."""
    each = told.cost_per_attendee
    per = "" if each is None else f", {_money(desk, each)} for each who came"
    title = f"Costs {_money(desk, told.cost)}{per}"
    table = _table(title, "partner", "planned", "bears", "paid", "owes", right={"planned", "bears", "paid", "owes"})
    planned = {share.partner_id: share.bears for share in told.planned}
    for share in told.actual:
        figures = (planned.get(share.partner_id, 0), share.bears, share.paid, share.owes)
        table.add_row(desk.partners[share.partner_id].name, *(_money(desk, figure) for figure in figures))
    for one in told.transfers:
        debtor, creditor = desk.partners[one.debtor_id].name, desk.partners[one.creditor_id].name
        table.add_row(f"{debtor} pays {creditor}", "", "", "", _money(desk, one.amount))
    return table


def plain(desk: Desk, activity: Activity) -> dict[str, Any]:
    """An activity for programs."""
    return {
        "id": str(activity.activity_id),
        "version": activity.version,
        "partner": desk.partners[activity.partner_id].slug,
        "state": activity.state,
        "terms": activity.terms.to_json(),
        "live_from": activity.live_from and activity.live_from.isoformat(),
        "live_until": activity.live_until and activity.live_until.isoformat(),
    }


def plain_report(desk: Desk, told: ActivityReport) -> dict[str, Any]:
    """A report for programs; money in minor units."""
    slug = {partner_id: partner.slug for partner_id, partner in desk.partners.items()}
    return {
        "attendees": told.attendees,
        "cost": told.cost,
        "cost_per_attendee": told.cost_per_attendee,
        "numbers": [asdict(one) | {"inviter": slug[one.inviter_id]} for one in told.numbers],
        "shares": [asdict(one) | {"partner": slug[one.partner_id], "owes": one.owes} for one in told.actual],
        "transfers": [
            {"debtor": slug[one.debtor_id], "creditor": slug[one.creditor_id], "amount": one.amount}
            for one in told.transfers
        ],
    }


def _owner(desk: Desk, activity: Activity) -> str:
    return desk.partners[activity.partner_id].name


def _when(desk: Desk, activity: Activity) -> str:
    return f"{activity.terms.starts_at.astimezone(ZoneInfo(desk.coalition.time_zone)):%Y-%m-%d %H:%M}"


def _places(activity: Activity) -> str:
    return f"{activity.terms.places:,}"


def _money(desk: Desk, units: int) -> str:
    return f"{Money.of_minor(units, desk.currency).amount:,}"


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in (right or set()) else "left")
    return table
