"""Segments for the eye."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from domain.ids import SegmentId
from domain.segments.definitions import Segment
from domain.segments.queries import Stay
from domain.segments.refreshing import Refreshed
from domain.segments.wording import meaning
from hansa.commands.desk import Desk


def segments_table(desk: Desk, segments: Sequence[Segment]) -> Table:
    """Segments, each on a line."""
    table = _table("Segments", "name", "whose", "members", "who", "looked at", right={"members"})
    for one in segments:
        table.add_row(
            one.name, owner(desk, one), size(one), "; ".join(asks(desk, one)), _instant(one.refreshed_at, one)
        )
    return table


def segment_part(desk: Desk, segment: Segment) -> Group:
    """One segment, part by part."""
    table = _table(f"{segment.name}, {owner(desk, segment)}", "", "")
    table.show_header = False
    for number, words in enumerate(asks(desk, segment)):
        table.add_row("who" if number == 0 else "and", words)
    table.add_row("members", size(segment))
    table.add_row("version", str(segment.version))
    table.add_row("looked at", f"{_instant(segment.refreshed_at, segment)}, again after {segment.refresh_hours} hours")
    if segment.shared_with:
        table.add_row("shared with", ", ".join(sorted(desk.partners[one].name for one in segment.shared_with)))
    return Group(table)


def refreshed_table(done: Sequence[Refreshed], names: Mapping[SegmentId, str]) -> Table:
    """Who came and who left."""
    table = _table("Looked at", "name", "members", "came", "left", right={"members", "came", "left"})
    for one in done:
        table.add_row(names.get(one.segment_id, ""), f"{one.size:,}", f"{one.come:,}", f"{one.gone:,}")
    return table


def members_table(segment: Segment, stays: Sequence[Stay]) -> Table:
    """Who is on a list."""
    table = _table(f"{segment.name}: {len(stays):,} on the list", "member", "since")
    for one in stays:
        table.add_row(str(one.member_id), f"{one.since:%Y-%m-%d %H:%M}")
    return table


def owner(desk: Desk, segment: Segment) -> str:
    """Whose it is."""
    return desk.coalition.name if segment.owner is None else desk.partners[segment.owner].name


def size(segment: Segment) -> str:
    """How many members, as far as that is told."""
    told = segment.shown_size
    if segment.refreshed_at is None:
        return ""
    return "fewer than 10" if told is None else f"{told:,}"


def asks(desk: Desk, segment: Segment) -> list[str]:
    """What must hold of its members."""
    return meaning(
        segment.definition, currency=desk.currency, name_of=lambda partner_id: desk.partners[partner_id].name
    )


def plain(desk: Desk, segment: Segment) -> dict[str, Any]:
    """The same for programs."""
    return {
        "id": str(segment.segment_id),
        "name": segment.name,
        "partner": None if segment.owner is None else desk.partners[segment.owner].slug,
        "version": segment.version,
        "definition": segment.definition.to_json(),
        "shared_with": sorted(desk.partners[one].slug for one in segment.shared_with),
        "refresh_hours": segment.refresh_hours,
        "members": segment.shown_size,
        "refreshed_at": segment.refreshed_at and segment.refreshed_at.isoformat(),
        "retired_at": segment.retired_at and segment.retired_at.isoformat(),
    }


def _instant(instant: datetime | None, segment: Segment) -> Text:
    if segment.retired_at is not None:
        return Text("retired", style="dim")
    return Text("not yet", style="italic") if instant is None else Text(f"{instant:%Y-%m-%d %H:%M}")


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in (right or set()) else "left")
    return table
