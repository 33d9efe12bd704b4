"""Cases for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rich import box
from rich.table import Table

from domain.service.case_models import CaseTurn, ServiceCase
from domain.service.case_queries import ResponseFigures, is_late
from domain.service.hours import ServiceHours
from hansa.commands.desk import Desk

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def cases_table(desk: Desk, cases: Sequence[tuple[ServiceCase, CaseTurn]], now: datetime) -> Table:
    """Cases, each on a line."""
    table = _table("Cases", "since", "about", "article", "state", "has to answer", "due", "late")
    for case, turn in cases:
        due = turn.answer_due_at if turn.answered_at is None else turn.resolve_due_at
        table.add_row(
            f"{case.opened_at:%Y-%m-%d %H:%M}",
            case.kind.lower(),
            case.article or "",
            case.state.lower(),
            house(desk, case.handler_id),
            f"{due:%Y-%m-%d %H:%M}",
            "late" if is_late(turn, now) else "",
        )
    return table


def plain(desk: Desk, case: ServiceCase, turn: CaseTurn, now: datetime) -> dict[str, Any]:
    """A case for programs."""
    return {
        "id": str(case.case_id),
        "kind": case.kind,
        "state": case.state,
        "article": case.article,
        "handler": None if case.handler_id is None else desk.partners[case.handler_id].slug,
        "opened_at": case.opened_at.isoformat(),
        "answer_due_at": turn.answer_due_at.isoformat(),
        "resolve_due_at": turn.resolve_due_at.isoformat(),
        "late": is_late(turn, now),
    }


def responses_table(figures: Sequence[ResponseFigures]) -> Table:
    """How fast it was, by month and article."""
    columns = ("cases", "answered", "median", "9 of 10", "in time", "over", "median end", "9 of 10 end")
    table = _table("Response times, in working hours", "month", "article", *columns, right=set(columns))
    for one in figures:
        table.add_row(
            one.month,
            one.article or "",
            f"{one.cases:,}",
            f"{one.answered:,}",
            span(one.answer_median),
            span(one.answer_ninetieth),
            f"{one.answered_in_time / one.answered:.0%}" if one.answered else "",
            f"{one.resolved:,}",
            span(one.resolve_median),
            span(one.resolve_ninetieth),
        )
    return table


def hours_table(desk: Desk, whose: UUID | None, hours: ServiceHours) -> Table:
    """When a house works."""
    table = _table(f"Service hours, {house(desk, whose)}", "", "")
    table.show_header = False
    days = ", ".join(WEEK[day - 1] for day in sorted(hours.days))
    table.add_row("works", f"{days}, {hours.opens:%H:%M} to {hours.closes:%H:%M}, {hours.zone}")
    table.add_row("holidays", hours.calendar.value)
    table.add_row("closed", ", ".join(day.isoformat() for day in sorted(hours.closed)) or "no other days")
    table.add_row("answers within", span(hours.answer_minutes * 60))
    table.add_row("is through within", span(hours.resolve_minutes * 60))
    table.add_row("opens again", f"within {hours.reopen_days} days")
    return table


def span(seconds: int | None) -> str:
    """Working seconds as hours and minutes."""
    if seconds is None:
        return ""
    minutes = seconds // 60
    return f"{minutes // 60}:{minutes % 60:02}"


def house(desk: Desk, partner_id: UUID | None) -> str:
    """What people call a house."""
    return desk.coalition.name if partner_id is None else desk.partners[partner_id].name


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in (right or set()) else "left")
    return table
