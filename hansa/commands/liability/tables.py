"""Liability for the eye: cohorts and their triangle as a heat map, rates as bars, the reserve, the roll-forward."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from domain.liability.cash import OperatorsAccount
from domain.liability.cohorts import together
from domain.liability.deferring import Deferred
from domain.liability.development import to_decimal
from domain.liability.estimating import CohortEstimate, Estimate
from domain.liability.evaluating import Position
from domain.liability.models import Basis, ReserveMovement, Standing
from domain.liability.rolling import RollForward
from domain.settlement.exact import payable
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import money, table_of

QUIET = "dim"
BAR = 40
"""Characters of a bar from 0 to 100 %."""
HEAT = ("#13293a", "#173a55", "#1c4c70", "#215f8b", "#2a74a8", "#3b8ac2", "#5aa2d4")
STANDING = {Standing.COVERED: "green", Standing.WARNING: "yellow", Standing.SHORT: "red"}
BASIS = {
    Basis.DEVELOPED: "",
    Basis.POOLED: "by all months together",
    Basis.ALL_OUTSTANDING: "too little history: all that is out",
    Basis.ASSUMED: "assumed",
}
MOST_AGES = 12


def cohorts_part(found: Estimate, *, title: str) -> Group:
    """What became of each month's points, and the triangle of what was redeemed by age."""
    return Group(_cohorts_table(found, title), Text(), _triangle(found))


def urr_part(found: Estimate, *, title: str) -> Group:
    """The ultimate redemption rates as bars with their ranges, and the factors they were developed by."""
    table = table_of("month", title=title)
    table.add_column("redeemed", justify="right")
    table.add_column("in the end", justify="right")
    table.add_column("nine times in ten", justify="right")
    table.add_column("0 %" + " " * (BAR - 9) + "100 %")
    table.add_column("")
    for one in found.cohorts:
        so_far = Fraction(one.cohort.redeemed, one.cohort.net_issued) if one.cohort.net_issued else Fraction(0)
        table.add_row(f"{one.cohort.month:%Y-%m}", *_rates(to_decimal(so_far), one.urr), Text(BASIS[one.basis], QUIET))
    table.add_section()
    total = together(one.cohort for one in found.cohorts)
    issued = total["issued"] - total["clawed_back"]
    so_far = Fraction(total["redeemed"], issued) if issued else Fraction(0)
    table.add_row("all", *_rates(to_decimal(so_far), found.urr), Text(BASIS[found.basis], QUIET), style="bold")
    return Group(table, Padding(_factors(found), (0, 1)))


def reserve_part(desk: Desk, positions: Sequence[Position], *, stopped: bool) -> Group:
    """The cover and what it is made of; then the scenarios, side by side."""
    found = positions[0]
    style = STANDING[found.cover.standing]
    cover = "nothing is needed" if found.cover.ratio is None else f"cover {_floor(found.cover.ratio)}"
    lines = Table.grid(padding=(0, 2))
    lines.add_column()
    lines.add_column(justify="right")
    for words, amount in (
        ("What settled cycles left with the operator for points", found.book.cash.from_settlement),
        ("The reserve's account", found.book.cash.from_account),
        ("Cash", found.cover.cash),
        ("Need", -found.cover.need),
        ("Can be distributed", found.cover.distributable),
    ):
        lines.add_row(words, money(amount, desk.digits, signed=False) if amount >= 0 else money(amount, desk.digits))
    if found.cover.lacking:
        lines.add_row("Lacking to the minimum", money(found.cover.lacking, desk.digits, signed=False))
    parts: list[RenderableType] = [
        Text(f"Reserve as of {found.as_of:%Y-%m-%d %H:%M}, in {found.currency}", style="bold"),
        Text(f"{cover} · {found.cover.standing.value.lower()}", style=f"bold {style}"),
        _gauge(found),
        Text(),
        lines,
        Text(),
        _scenarios(desk, positions),
    ]
    if stopped:
        parts.append(Text("Unsecured issuance stands still until the minimum is reached again.", style="bold red"))
    if found.estimate.note:
        parts.append(Padding(Text(found.estimate.note, style="italic dim"), (0, 1)))
    return Group(*parts)


def roll_part(desk: Desk, rows: Sequence[RollForward], *, title: str) -> Group:
    """Each cycle of each sponsor, and whether it ties."""
    table = table_of("cycle", "sponsor", title=title)
    for heading in ("opening", "billed", "recognised", "breakage", "service", "clawed back", "closing", "ties"):
        table.add_column(heading, justify="right")
    for row in rows:
        name = "all" if row.sponsor_id is None else desk.partners[row.sponsor_id].name
        moved = row.moved
        amounts = (row.opening, moved.billed, -moved.recognised, -moved.breakage, -moved.service, -moved.clawed_back)
        table.add_row(
            row.cycle + ("" if row.final else " (draft)"),
            name,
            *(_eye(desk, amount) for amount in (*amounts, row.closing)),
            Text("✓", "green") if not row.difference else Text(f"{row.difference:f}", "bold red"),
            style="bold" if row.sponsor_id is None else "",
            end_section=row.sponsor_id is None,
        )
    return Group(
        table, Padding(Text("Rounded for the eye; it ties to the last digit, or says by how much not.", QUIET), (0, 1))
    )


def deferred_part(desk: Desk, rows: Sequence[Deferred], *, title: str) -> Group:
    """Deferred revenue, cycle by cycle."""
    table = table_of("cycle", title=title)
    for heading in ("sold with points", "points", "rate", "opening", "allocated", "recognised", "closing"):
        table.add_column(heading, justify="right")
    table.add_column("")
    for row in rows:
        table.add_row(
            row.cycle,
            f"{row.price:,.{desk.digits}f}",
            f"{row.points:,}",
            f"{row.urr:.1%}",
            *(money(amount, desk.digits, signed=False) for amount in (row.opening, row.allocated)),
            money(-row.recognised, desk.digits),
            money(row.closing, desk.digits, signed=False),
            Text(BASIS[row.basis], QUIET),
        )
    return Group(table)


def account_part(desk: Desk, found: OperatorsAccount, movements: Sequence[ReserveMovement]) -> Group:
    """What settlement left with the operator, and the reserve's own movements."""
    left = Table.grid(padding=(0, 2))
    left.add_column()
    left.add_column(justify="right")
    for words, amount in (
        ("For points: counts for the reserve", found.for_points),
        ("Fees", found.fees),
        ("Taxes to be passed on", found.tax),
        ("Charity", found.charity),
        ("Rounding", found.rounding),
        ("Paid in by partners for these cycles, less what they were paid", found.paid),
        ("Paid before, with packs that were drawn", found.packs),
    ):
        left.add_row(words, money(amount, desk.digits))
    table = table_of("id", "value", "what", title="The reserve's account")
    table.add_column("amount", justify="right")
    table.add_column("note")
    table.add_column("")
    for movement in movements:
        sign = 1 if movement.kind == "DEPOSIT" else -1
        waits = "" if movement.booked_at else "waits for a second person"
        moved = money(sign * movement.amount, desk.digits)
        named = (str(movement.movement_id), f"{movement.value_on}", movement.kind.lower())
        table.add_row(*named, moved, movement.note, Text(waits, "yellow"))
    ties = Text("✓ ties", "green") if found.ties else Text("does not tie", "bold red")
    return Group(Text("What settled cycles left with the operator", style="bold"), left, ties, Text(), table)


def _cohorts_table(found: Estimate, title: str) -> Table:
    table = table_of("month", title=title)
    names = ("issued", "redeemed", "expired", "clawed_back", "outstanding")
    for heading in names:
        table.add_column(heading.replace("_", " "), justify="right")
    for one in found.cohorts:
        table.add_row(f"{one.cohort.month:%Y-%m}", *(_count(getattr(one.cohort, name)) for name in names))
    total = together(one.cohort for one in found.cohorts)
    table.add_section()
    table.add_row("all", *(_count(total[name]) for name in names), style="bold")
    return table


def _triangle(found: Estimate) -> Table:
    """Of what was issued for good, the part redeemed by the end of each month of age; the warmer the more."""
    ages = min(max((len(one.cohort.by_age) for one in found.cohorts), default=0), MOST_AGES)
    table = table_of("month", title="Redeemed by months of age, of what was issued")
    for age in range(1, ages + 1):
        table.add_column(str(age), justify="right")
    for one in found.cohorts:
        if one.cohort.by_age and one.cohort.net_issued:
            table.add_row(f"{one.cohort.month:%Y-%m}", *_heat(one, ages))
    return table


def _heat(one: CohortEstimate, ages: int) -> list[Text]:
    cells = []
    for points in one.cohort.by_age[:ages]:
        share = Fraction(points, one.cohort.net_issued)
        shade = HEAT[min(int(share * len(HEAT)), len(HEAT) - 1)]
        cells.append(Text(f" {to_decimal(share):>6.1%} ", style=f"#ece7da on {shade}"))
    return cells


def _rates(so_far: Decimal, rates: tuple[Decimal, Decimal, Decimal]) -> tuple[str, str, str, Text]:
    low, expected, high = rates
    return f"{so_far:.1%}", f"{expected:.1%}", f"{low:.1%} – {high:.1%}", _bar(so_far, low, expected, high)


def _bar(so_far: Decimal, low: Decimal, expected: Decimal, high: Decimal) -> Text:
    """What is redeemed, solid; what is expected, shaded; the range between its ends."""
    bar = Text()
    for place in range(BAR):
        at = Decimal(2 * place + 1) / (2 * BAR)
        if at <= so_far:
            bar.append("█", style="#2a74a8")
        elif at <= expected:
            bar.append("▓" if at <= low else "▒", style="#c98f2b")
        elif at <= high:
            bar.append("░", style="#c98f2b")
        else:
            bar.append("·", style=QUIET)
    return bar


def _factors(found: Estimate) -> Text:
    if found.development is None:
        return Text(found.note or "", style="italic dim")
    factors = "  ".join(f"{to_decimal(factor):.4f}" for factor in found.development.factors)
    return Text(f"Development factors {factors}  tail {to_decimal(found.tail):.4f}", style=QUIET)


def _gauge(found: Position) -> Text:
    """The cover as a bar from nothing to twice the need, with both thresholds marked."""
    ratio = min(found.cover.ratio if found.cover.ratio is not None else Decimal(2), Decimal(2))
    bar, width = Text(), 2 * BAR
    marks = {int(found.cover.minimum * BAR): "┃", int(found.cover.warning * BAR): "╎"}
    for place in range(width):
        if place in marks:
            bar.append(marks[place], style="bold red" if marks[place] == "┃" else "bold yellow")
        elif Decimal(place) < ratio * BAR:
            bar.append("█", style=STANDING[found.cover.standing])
        else:
            bar.append("·", style=QUIET)
    return bar


def _scenarios(desk: Desk, positions: Sequence[Position]) -> Table:
    table = table_of("scenario", title="Under other assumptions")
    for heading in ("rate", "nine times in ten", "points to come", "need", "cover", "distributable"):
        table.add_column(heading, justify="right")
    for found in positions:
        low, expected, high = found.estimate.urr
        ratio = found.cover.ratio
        table.add_row(
            found.estimate.scenario.name,
            f"{expected:.1%}",
            f"{low:.1%} – {high:.1%}",
            f"{round(found.estimate.further):,}",
            f"{found.cover.need:,.{desk.digits}f}",
            Text("—" if ratio is None else _floor(ratio), STANDING[found.cover.standing]),
            f"{found.cover.distributable:,.{desk.digits}f}",
            style="bold" if found is positions[0] else "",
        )
    return table


def _floor(ratio: Decimal) -> str:
    """To two decimals, never up: 0.999 is not 1.00."""
    return f"{ratio.quantize(Decimal('0.01'), 'ROUND_FLOOR'):,}"


def _eye(desk: Desk, amount: Decimal) -> Text:
    return money(payable(amount, desk.digits), desk.digits)


def _count(points: int) -> str:
    return f"{points:,}" if points else "·"
