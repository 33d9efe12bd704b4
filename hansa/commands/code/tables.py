"""Codes in packs for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from rich import box
from rich.table import Table

from domain.codes.batches import Batch
from domain.codes.models import CodeAlarm
from domain.codes.queries import Entered
from domain.values import Money
from hansa.commands.desk import Desk


def batches_table(desk: Desk, batches: Sequence[tuple[Batch, Entered]]) -> Table:
    """Batches, each on a line."""
    table = _table(
        "Batches of codes", "name", "whose", "of", "kind", "state", "codes", "entered", right={"codes", "entered"}
    )
    for one, entered in batches:
        products = ", ".join(product.name for product in one.products)
        counts = (f"{one.count:,}", f"{entered.entries:,}")
        table.add_row(one.name, _maker(desk, one.partner_id), products, one.kind.lower(), _state(one), *counts)
    return table


def batch_part(desk: Desk, batch: Batch, entered: Entered) -> Table:
    """One batch, part by part, with what came of it."""
    table = _table(f"{batch.name}, {_maker(desk, batch.partner_id)}", "", "")
    table.show_header = False
    table.add_row("id", str(batch.batch_id))
    table.add_row("state", _state(batch) + (f" since {_instant(batch.held_at)}" if batch.held_at else ""))
    table.add_row("codes", f"{batch.count:,} {batch.kind}, each counts {batch.units:,}")
    table.add_row("valid", f"{_instant(batch.valid_from) or 'once live'} to {_instant(batch.valid_until) or 'its end'}")
    bounds = [f"{most:,} {per}" for most, per in ((batch.most_a_day, "a day"), (batch.most_a_member, "in all")) if most]
    table.add_row("a member enters", ", ".join(bounds) or "as many as it has")
    table.add_row("printing cost", _money(desk, batch.cost))
    table.add_row("entered", f"{entered.entries:,}" + (f" by {entered.members:,} members" if entered.members else ""))
    if entered.entries:
        table.add_row("cost per entry", _money(desk, -(-batch.cost // entered.entries)))
    for product, (_, count) in zip(batch.products, entered.by_product, strict=True):
        table.add_row(f"  {product.name}", f"{count:,} of {product.count:,}")
    for day, count in entered.by_day[-14:]:
        table.add_row(f"  {day}", f"{count:,}")
    return table


def alarms_table(desk: Desk, alarms: Sequence[tuple[CodeAlarm, Batch | None]]) -> Table:
    """Alarms, each on a line."""
    table = _table(
        "Alarms", "when", "whose", "batch", "what", "counted", "rings at", "held", right={"counted", "rings at"}
    )
    for alarm, batch in alarms:
        whose = "nobody's codes" if alarm.partner_id is None else _maker(desk, alarm.partner_id)
        table.add_row(
            _instant(alarm.raised_at),
            whose,
            "" if batch is None else batch.name,
            alarm.kind.replace("_", " ").lower(),
            f"{alarm.counted:,}",
            f"{alarm.threshold:,}",
            "yes" if alarm.held else "",
        )
    return table


def plain(desk: Desk, batch: Batch, entered: Entered) -> dict[str, Any]:
    """A batch for programs, without what codes are made from."""
    told = asdict(batch)
    for name in ("seed", "number"):
        del told[name]
    return told | {"partner": desk.partners[batch.partner_id].slug, "entered": asdict(entered)}


def plain_alarm(desk: Desk, alarm: CodeAlarm, batch: Batch | None) -> dict[str, Any]:
    """An alarm for programs."""
    return {
        "id": str(alarm.alarm_id),
        "partner": None if alarm.partner_id is None else desk.partners[alarm.partner_id].slug,
        "batch": None if batch is None else batch.name,
        "kind": alarm.kind,
        "counted": alarm.counted,
        "threshold": alarm.threshold,
        "raised_at": alarm.raised_at.isoformat(),
        "held": alarm.held,
    }


def _state(batch: Batch) -> str:
    return "on hold" if batch.held_at else batch.state.lower()


def _maker(desk: Desk, partner_id: UUID) -> str:
    return desk.partners[partner_id].name


def _money(desk: Desk, minor: int) -> str:
    money = Money.of_minor(minor, desk.currency)
    return f"{money.amount} {money.currency}"


def _instant(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}" if instant else ""


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in (right or set()) else "left")
    return table
