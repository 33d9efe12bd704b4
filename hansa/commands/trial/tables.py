"""Trials for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.markup import escape
from rich.table import Table

from domain.trials.queries import TrialReport
from domain.values import Money
from hansa.commands.desk import Desk

COUNTS = ("applied", "chosen", "accepted", "handed", "feedback", "declined", "lapsed")


def trials_table(desk: Desk, reports: Sequence[TrialReport]) -> Table:
    """Trials, each on a line."""
    table = _table("Trials", "name", "whose", "state", "places", "apply until", "applied", "handed", "feedback")
    for one in reports:
        trial = one.trial
        table.add_row(
            escape(trial.terms.name),
            desk.partners[trial.partner_id].name,
            trial.state.lower(),
            f"{trial.terms.places:,}",
            _instant(trial.terms.apply_until),
            *(f"{getattr(one, name):,}" for name in ("applied", "handed", "feedback")),
        )
    return table


def trial_part(desk: Desk, report: TrialReport) -> Table:
    """One trial, part by part."""
    trial, terms = report.trial, report.trial.terms
    table = _table(f"{escape(terms.name)}, {desk.partners[trial.partner_id].name}", "", "")
    table.show_header = False
    table.add_row("state", f"{trial.state.lower()}, version {trial.version}")
    table.add_row("products", escape(", ".join(sorted(terms.products))))
    table.add_row("places", f"{terms.places:,}, {terms.choosing.lower().replace('_', ' ')}")
    table.add_row("apply", f"from {_instant(terms.apply_from)} until {_instant(terms.apply_until)}")
    table.add_row("answer", f"within {terms.accept_days} days")
    counters = ", ".join(sorted(desk.partners[one].name for one in terms.partners if one in desk.partners))
    table.add_row("samples", f"{terms.handing.lower()} {counters}".strip())
    table.add_row("feedback", f"until {_instant(terms.feedback_until)}")
    for name in COUNTS:
        table.add_row(name, f"{getattr(report, name):,}")
    cost = Money.of_minor(report.cost, desk.currency)
    table.add_row("samples cost", f"{cost.amount} {cost.currency}")
    return table


def plain(desk: Desk, report: TrialReport) -> dict[str, Any]:
    """The same for programs."""
    trial = report.trial
    return {
        "id": str(trial.trial_id),
        "version": trial.version,
        "partner": desk.partners[trial.partner_id].slug,
        "state": trial.state,
        "terms": trial.terms.to_json(),
        **{name: getattr(report, name) for name in COUNTS},
        "cost": report.cost,
    }


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        right = column in {"places", "applied", "handed", "feedback"}
        table.add_column(column, justify="right" if right else "left")
    return table
