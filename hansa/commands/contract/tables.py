"""Contracts and companies for the eye."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from domain.coalition.comparing import Difference, plain
from domain.coalition.models import Contract, LegalEntity
from domain.settlement.what_if import WhatIf
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import WORDS, money


def versions(found: Iterable[Contract]) -> Table:
    """The versions of a contract, newest first."""
    table = _table("version", "state", "valid from", "drawn up", "signed", "price", "reimbursed", "at issuance")
    for one in found:
        state = "signed" if one.signed_at else "withdrawn" if one.withdrawn_at else f"draft, revision {one.revision}"
        table.add_row(
            str(one.version),
            state,
            f"{one.valid_from:%Y-%m-%d %H:%M}",
            f"{one.drawn_up_at:%Y-%m-%d}" if one.drawn_up_at else "",
            f"{one.signed_at:%Y-%m-%d}" if one.signed_at else "",
            plain(one.price),
            plain(one.price_redeem),
            f"{plain(one.share_at_issuance * 100)} %",
        )
    return table


def terms(rows: Iterable[tuple[str, str]], *, title: str) -> Table:
    """All terms of one version."""
    table = _table("term", "agreed", title=title)
    for label, words in rows:
        table.add_row(label, words)
    return table


def differences(found: Sequence[Difference], *, title: str) -> RenderableType:
    """Term by term, before and after."""
    if not found:
        return Text(f"{title}: nothing differs.", style="italic")
    table = _table("term", "before", "after", title=title)
    for one in found:
        table.add_row(one.label, one.before, Text(one.after, style="bold"))
    return table


def what_if(desk: Desk, found: WhatIf) -> list[RenderableType]:
    """A cycle before and after, party by party, and the difference."""
    kind = "forecast of the open cycle" if found.is_forecast else "cycle"
    title = f"{kind} {found.cycle.name} under version {found.contract.version}, in {found.currency}"
    table = _table("", title=title)
    for heading in ("as it is", "under it", "difference"):
        table.add_column(heading, justify="right")
    for change in found.changes:
        table.add_section()
        for line in change.kinds:
            before, after = (side.get(line, Decimal(0)) for side in (change.before, change.after))
            table.add_row(f"  {WORDS[line]}", *_figures(desk, before, after))
        name = Text(desk.name_of(change.party), style="bold")
        table.add_row(name, *_figures(desk, change.net_before, change.net_after))
    return [table, _prices(found)]


def plain_what_if(desk: Desk, found: WhatIf) -> dict[str, Any]:
    """The same for programs."""
    return {
        "cycle": found.cycle.name,
        "version": found.contract.version,
        "currency": found.currency,
        "is_forecast": found.is_forecast,
        "always": found.always,
        "price_before": None if found.price_before is None else plain(found.price_before),
        "price_after": None if found.price_after is None else plain(found.price_after),
        "changes": [
            {
                "party": desk.name_of(change.party),
                "before": {kind.value: f"{amount:f}" for kind, amount in change.before.items()},
                "after": {kind.value: f"{amount:f}" for kind, amount in change.after.items()},
                "net_before": f"{change.net_before:f}",
                "net_after": f"{change.net_after:f}",
                "difference": f"{change.difference:f}",
            }
            for change in found.changes
        ],
    }


def company(found: LegalEntity) -> Table:
    """A company's details."""
    table = _table("", "", title=found.name)
    street = " ".join(part for part in (found.street, found.building) if part)
    town = " ".join(part for part in (found.post_code, found.town, found.country) if part)
    rows = (
        ("Address", ", ".join(part for part in (street, town) if part)),
        ("Registration", found.registration),
        ("Tax number", found.tax_number),
        ("E-mail", found.email),
        ("Language", found.language),
        ("IBAN", found.iban),
        ("BIC", found.bic),
    )
    for label, words in rows:
        table.add_row(label, words or "")
    return table


def _prices(found: WhatIf) -> Text:
    if found.price_before is None or found.price_after is None:
        return Text("It awarded no points in the cycle.", style="italic dim")
    return Text(
        f"A point awarded in the cycle: {plain(found.price_before)} → {plain(found.price_after)}", style="italic dim"
    )


def _figures(desk: Desk, before: Decimal, after: Decimal) -> list[Text]:
    return [money(amount, desk.digits) for amount in (before, after, after - before)]


def _table(*headings: str, title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table
