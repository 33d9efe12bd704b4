"""Tiers for the eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from domain.tiers.models import TierStanding, Why
from domain.tiers.queries import Programme, Version
from domain.tiers.standing import Words
from domain.tiers.terms import Kept, Measure, Tier, TierPeriod, TierTerms
from hansa.commands.desk import Desk

COUNTS = {
    Measure.SPEND: "what is spent",
    Measure.POINTS: "points earned",
    Measure.VISITS: "days with a purchase",
    Measure.STATUS: "status points",
    Measure.INVITATION: "nothing; by invitation",
}


def programmes_table(desk: Desk, programmes: Sequence[Programme]) -> Table:
    """Programmes, each on a line."""
    table = _table("Tier programmes", "name", "whose", "state", "counts", "tiers")
    for one in programmes:
        terms = one.versions[-1].terms
        tiers = ", ".join(asked(tier, terms, desk.currency) for tier in terms.tiers)
        table.add_row(one.name, owner(desk, one), one.state.value.lower(), COUNTS[terms.measure], tiers)
    return table


def programme_part(desk: Desk, programme: Programme, members: Mapping[str | None, int]) -> Group:
    """One programme, version by version."""
    parts: list[Text | Table] = []
    for version in programme.versions:
        since = "draft" if version.applies_from is None else f"from {_day(desk, version.applies_from)}"
        parts.append(Text(f"{version.terms.name}, {owner(desk, programme)}: version {version.version}, {since}"))
        parts.append(Text(f"{promise(version.terms)}\n"))
        parts.append(version_table(desk, version, members))
    return Group(*parts)


def version_table(desk: Desk, version: Version, members: Mapping[str | None, int]) -> Table:
    """What a version promises."""
    terms = version.terms
    table = _table("", "tier", "takes", "members", "benefits", right={"takes", "members"})
    for tier in terms.tiers:
        count = members.get(tier.name)
        table.add_row(
            tier.name, takes(tier, terms, desk.currency), "" if count is None else f"{count:,}", tier.benefits
        )
    return table


def standings_table(desk: Desk, programme: Programme, rows: Sequence[TierStanding], *, more: bool) -> Table:
    """Who has a tier."""
    terms = (programme.published or programme.versions[-1]).terms
    words = Words(terms.measure, desk.currency, ZoneInfo(desk.coalition.time_zone))
    table = _table(f"{programme.name}, {owner(desk, programme)}", "member", "tier", "since", "until", "because")
    for row in rows:
        until = "" if row.until is None else _day(desk, row.until)
        because = words.because(Why(row.why), row.evidence, row.tier, None)
        table.add_row(str(row.member_id), row.tier or "none", _day(desk, row.since), until, because)
    if more:
        table.caption = "There are more: --most, or --json for programs."
    return table


def promise(terms: TierTerms) -> str:
    """What counts, when, and for how long: "what is spent in a calendar year; kept to the end of the next"."""
    period = {
        TierPeriod.CALENDAR_YEAR: "in a calendar year",
        TierPeriod.ANNIVERSARY: "in a year of membership",
        TierPeriod.ROLLING: f"in the last {terms.months} months",
    }[terms.period]
    kept = {
        Kept.END_OF_PERIOD: "kept to its end" if terms.period is not TierPeriod.ROLLING else "kept while that holds",
        Kept.END_OF_NEXT: "kept to the end of the next",
        Kept.MONTHS: f"kept {terms.kept_months} months",
    }[terms.kept]
    landing = ", then one tier lower at a time" if terms.soft_landing else ""
    return f"{COUNTS[terms.measure]} {period}; {kept}{landing}"


def asked(tier: Tier, terms: TierTerms, currency: str) -> str:
    """A tier with what it takes: "Gold 1000.00 EUR"."""
    return f"{tier.name} {takes(tier, terms, currency)}"


def takes(tier: Tier, terms: TierTerms, currency: str) -> str:
    """What a tier takes."""
    if tier.threshold is None:
        return "by invitation"
    return Words(terms.measure, currency, ZoneInfo("UTC")).amount(tier.threshold)


def owner(desk: Desk, programme: Programme) -> str:
    """Whose it is."""
    return desk.coalition.name if programme.owner is None else desk.partners[programme.owner].name


def plain(desk: Desk, programme: Programme) -> dict[str, Any]:
    """The same for programs."""
    return {
        "id": str(programme.programme_id),
        "name": programme.name,
        "partner": None if programme.owner is None else desk.partners[programme.owner].slug,
        "state": programme.state.value,
        "versions": [
            {
                "version": one.version,
                "applies_from": one.applies_from and one.applies_from.isoformat(),
                "terms": one.terms.to_json(desk.currency),
            }
            for one in programme.versions
        ],
    }


def plain_standing(row: TierStanding) -> dict[str, Any]:
    """A standing for programs."""
    return {
        "member": str(row.member_id),
        "tier": row.tier,
        "since": row.since.isoformat(),
        "until": row.until and row.until.isoformat(),
        "why": row.why,
        "evidence": row.evidence,
    }


def _day(desk: Desk, instant: datetime) -> str:
    return f"{instant.astimezone(ZoneInfo(desk.coalition.time_zone)):%Y-%m-%d}"


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in (right or set()) else "left")
    return table
