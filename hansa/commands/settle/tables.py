"""Settlement for the eye: where a cycle stands, a statement, who pays whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from domain.ids import PartnerId
from domain.settlement.adjustment_models import SettlementAdjustment
from domain.settlement.answers import Answer, PartnerAnswer
from domain.settlement.concentration import Concentration
from domain.settlement.days import PositionDay
from domain.settlement.failure_models import SetAside
from domain.settlement.forecasting import Forecast
from domain.settlement.lines import LineKind, MoneyLine
from domain.settlement.models import Cycle, CycleState
from domain.settlement.netting import Payment
from domain.settlement.parties import OPERATOR, Party, partner
from domain.settlement.policy_models import SettlementPolicy
from domain.settlement.queries import Line, Netting, StatementView
from domain.settlement.records import party_of
from domain.settlement.statements import Balance
from hansa.commands.desk import Desk

WEEK = 7
PAID, RECEIVED, QUIET = "red", "green", "dim"

WORDS = {
    LineKind.ISSUANCE: "Points earned",
    LineKind.CO_FUNDING: "Points earned with others",
    LineKind.REDEMPTION: "Points spent",
    LineKind.MARGIN: "Margin",
    LineKind.REPAYMENT: "Debts of points repaid",
    LineKind.BENEFIT: "Benefits in money",
    LineKind.REVERSAL: "Given back",
    LineKind.BREAKAGE: "Points expired",
    LineKind.FEE: "Fees",
    LineKind.TAX: "Tax",
    LineKind.ADJUSTMENT: "Adjustments",
    LineKind.ROUNDING: "Rounding",
}


def show(*parts: RenderableType) -> None:
    """Put parts on the page, one under the other."""
    Console(highlight=False).print(Group(*parts))


def money(amount: Decimal, digits: int = 2, *, signed: bool = True) -> Text:
    """An amount as finance reads it: thousands apart, a real minus, what is paid in red."""
    figure = f"{abs(amount):,.{digits}f}"
    if not amount:
        return Text(figure, style=QUIET)
    sign = ("−" if amount < 0 else "+") if signed else ""
    return Text(f"{sign}{figure}", style=(PAID if amount < 0 else RECEIVED) if signed else "")


def rail(cycle: Cycle) -> Text:
    """The stations of a cycle, the present one lit."""
    reached = list(CycleState).index(CycleState(cycle.state))
    stations = Text(f"{cycle.name}  ", style="bold")
    for place, state in enumerate(CycleState):
        style = "bold reverse" if place == reached else "" if place < reached else QUIET
        mark = "● " if place == reached else ""
        stations.append(f" {mark}{state.replace('_', ' ').lower()} ", style=style)
        stations.append("" if place == len(CycleState) - 1 else "›", style=QUIET)
    return stations


def cycles_table(cycles: Sequence[Cycle]) -> Table:
    """The cycles, newest first."""
    table = table_of("cycle", "state", "opened", "cut off", title=None)
    for heading in ("entries", "revision"):
        table.add_column(heading, justify="right")
    table.add_column("root")
    for cycle in cycles:
        table.add_row(
            cycle.name,
            cycle.state.replace("_", " ").lower(),
            f"{cycle.opened_at:%Y-%m-%d %H:%M}",
            f"{cycle.cut_off_at:%Y-%m-%d %H:%M}" if cycle.cut_off_at else "",
            "" if cycle.entries is None else f"{cycle.entries:,}",
            str(cycle.revision or ""),
            cycle.merkle_root.hex()[:16] if cycle.merkle_root else "",
        )
    return table


def balances_table(desk: Desk, balances: Iterable[Balance], *, title: str) -> Table:
    """What a cycle comes to for everybody, down to nothing in the last row."""
    table = table_of("", title=title)
    names = ("opening", "gross", "fees", "tax", "rounding", "net", "closing")
    for heading in names:
        table.add_column(heading, justify="right")
    sums = dict.fromkeys(names, Decimal(0))
    for balance in balances:
        figures = {name: getattr(balance, name) for name in names}
        sums = {name: sums[name] + figures[name] for name in names}
        table.add_row(desk.name_of(balance.party), *(money(figures[name], desk.digits) for name in names))
    table.add_section()
    table.add_row("all together", *(money(sums[name], desk.digits) for name in names))
    return table


def forecast_part(desk: Desk, forecast: Forecast) -> Group:
    """The open cycle, plainly marked as a forecast."""
    title = f"{forecast.cycle.name} so far, in {forecast.currency}"
    balances = [balance for balance in forecast.balances if balance.party.partner_id or balance.net]
    return Group(balances_table(desk, balances, title=title), Padding(Text(forecast.note, style="italic dim"), (0, 2)))


def concentration_part(desk: Desk, carried: Concentration) -> Text:
    """A warning where one sponsor carries more of what is issued than the policy wants in one hand."""
    limit = f"{carried.limit * 100:.0f} %"
    if not carried.warnings:
        return (
            Text(f"  Nobody carries more than {limit} of what is issued.", style="dim") if carried.sponsors else Text()
        )
    shares = (f"{desk.partners[one.partner_id].name} {one.share * 100:.1f} %" for one in carried.warnings)
    return Text(f"  Concentration: {', '.join(shares)} of what is issued; the limit is {limit}.", style="bold yellow")


def statement_part(desk: Desk, view: StatementView, party: Party, lines: Sequence[Line]) -> Group:
    """A statement: what happened, what it comes to, and who pays."""
    return Group(
        rail(view.cycle),
        Text(f"\n{desk.name_of(party)}, in {view.currency}", style="bold"),
        _lines_table(desk, party, lines),
        _totals(desk, view.balance),
        _verdict(desk, view.balance),
    )


def _lines_table(desk: Desk, party: Party, lines: Sequence[Line]) -> Table:
    table = table_of("", "with", title=None)
    for heading in ("basis", "price", "share", "amount"):
        table.add_column(heading, justify="right")
    before: LineKind | None = None
    for line in lines:
        shown = line.money
        words = "" if shown.kind is before else WORDS[shown.kind]
        before = shown.kind
        table.add_row(
            words,
            _other_side(desk, shown, party),
            _basis(desk, shown),
            "" if shown.price is None else f"{shown.price.normalize():f}",
            _share(shown),
            money(shown.signed(party), desk.digits),
        )
    return table


def _other_side(desk: Desk, line: MoneyLine, party: Party) -> str:
    other = line.creditor if line.debtor == party else line.debtor
    return "itself" if other == party else desk.name_of(other)


def _basis(desk: Desk, line: MoneyLine) -> Text:
    if line.points is not None:
        return Text(f"{line.points:,} pt")
    return money(line.base, desk.digits, signed=False) if line.base else Text("")


def _share(line: MoneyLine) -> str:
    return "" if line.share == 1 else f"{(line.share * 100).normalize():f} %"


def _totals(desk: Desk, balance: Balance) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    for words, amount in {
        "Opening balance": balance.opening,
        "Gross": balance.gross,
        "Fees": balance.fees,
        "Tax": balance.tax,
        "Rounding": balance.rounding,
        "Net of this cycle": balance.net,
        "Closing balance": balance.closing,
        "Carried forward": balance.carried,
    }.items():
        heavy = words.startswith(("Net", "Closing"))
        table.add_row(Text(words, style="bold" if heavy else ""), money(amount, desk.digits))
    return table


def _verdict(desk: Desk, balance: Balance) -> Text:
    amount = balance.payable
    words = "receives" if amount > 0 else "pays"
    if not amount:
        return Text("\nNothing is to be paid.", style="bold")
    figure = f"{abs(amount):,.{desk.digits}f}"
    return Text(f"\n{desk.name_of(balance.party)} {words} {desk.currency} {figure}", style="bold")


def days_table(desk: Desk, series: Sequence[PositionDay]) -> Table:
    """The last week of the open cycle: points issued and redeemed, and what it comes to by each evening."""
    last = sorted({day.day for day in series})[-WEEK:]
    table = table_of("day", "", title="Day by day")
    for heading in ("issued", "redeemed", "position"):
        table.add_column(heading, justify="right")
    for day in series:
        if day.day in last and (day.issued or day.redeemed):
            name = desk.name_of(partner(day.partner_id))
            position = money(day.position, desk.digits)
            table.add_row(f"{day.day}", name, f"{day.issued:,}", f"{day.redeemed:,}", position)
    return table


def answers_table(desk: Desk, found: Sequence[PartnerAnswer]) -> Table:
    """What partners say, those who have not spoken in red."""
    table = table_of("partner", "answer", "on", "until", "reminded", title=None)
    for answer in found:
        style = {Answer.NONE: PAID, Answer.DISPUTED: PAID, Answer.ACCEPTED: RECEIVED}.get(answer.answer, QUIET)
        table.add_row(
            desk.name_of(partner(answer.partner_id)),
            Text(answer.answer.lower(), style=style),
            _instant(answer.answered_at),
            _instant(answer.until),
            _instant(answer.reminded_at),
        )
    return table


def set_asides_table(desk: Desk, found: Sequence[SetAside]) -> Table:
    """Partners that failed, and what becomes of them."""
    table = table_of("partner", "agreed", "on", "asked for", "reason", title="Partners that failed")
    for row in found:
        table.add_row(
            desk.name_of(partner(PartnerId(row.partner_id))),
            _words(row.fate),
            _instant(row.agreed_at),
            _words(row.asked),
            row.reason,
        )
    return table


def claims_table(desk: Desk, lines: Sequence[Line]) -> Table:
    """What failed partners would owe and be owed, line by line."""
    table = table_of("", "owes", "to", title="Set aside" if lines else None)
    table.add_column("amount", justify="right")
    for line in lines:
        claim = line.money
        table.add_row(
            WORDS[claim.kind],
            desk.name_of(claim.debtor),
            desk.name_of(claim.creditor),
            money(claim.amount, desk.digits, signed=False),
        )
    return table


def adjustments_table(desk: Desk, found: Sequence[SettlementAdjustment], cycles: Mapping[UUID, str]) -> Table:
    """Adjustments in money: who owes whom, why, and whether it counts."""
    table = table_of("id", "reason", "owes", "to", title=None)
    table.add_column("amount", justify="right")
    for heading in ("adjusts", "line of", "stands", "note"):
        table.add_column(heading)
    for row in found:
        stands = "withdrawn" if row.withdrawn_at else "agreed" if row.agreed_at else "waits for a second person"
        table.add_row(
            str(row.adjustment_id),
            _words(row.reason),
            desk.name_of(party_of(row.debtor, row.debtor_id)),
            desk.name_of(party_of(row.creditor, row.creditor_id)),
            money(row.amount, desk.digits, signed=False),
            cycles.get(row.adjusts_cycle_id, ""),
            cycles.get(row.cycle_id, "") if row.cycle_id else "",
            stands,
            row.note,
        )
    return table


def policy_table(policy: SettlementPolicy) -> Table:
    """The settings, by the names they are changed by."""
    table = table_of("setting", "is", title="How the coalition settles")
    for name, value in policy.model_dump().items():
        if name not in {"one", "changed_by", "changed_at", "calendar_since"}:
            shown = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value).lower()
            table.add_row(name, shown.upper() if name in {"calendar", "payment_plan"} else shown)
    return table


def _instant(instant: datetime | None) -> str:
    return f"{instant:%Y-%m-%d %H:%M}" if instant else ""


def _words(code: str | None) -> str:
    return (code or "").replace("_", " ").lower()


def netting_part(desk: Desk, found: Netting) -> Group:
    """The gross matrix, what is left of it, and the two ways to pay."""
    percent = f"{Decimal(found.efficiency.numerator * 100) / Decimal(found.efficiency.denominator):.3f} %"
    summary = (
        f"\n{_plain(found.gross, found.digits)} {found.currency} are owed;"
        f" netting leaves {_plain(_moved(found.nets), found.digits)} to move: {percent} need not be paid.\n"
    )
    return Group(
        _matrix(desk, found),
        Text(summary, style="bold"),
        _plan(desk, f"Through {desk.name_of(OPERATOR)}", found.through_operator, found.digits),
        _plan(desk, "Between partners", found.peer_to_peer, found.digits),
    )


def _matrix(desk: Desk, found: Netting) -> Table:
    parties = sorted({party for pair in found.obligations for party in pair})
    table = table_of("owes ↓  to →", title=f"Obligations, in {found.currency}")
    for party in parties:
        table.add_column(desk.name_of(party), justify="right")
    table.add_column("net", justify="right", style="bold")
    for debtor in parties:
        owed = [found.obligations.get((debtor, creditor), 0) for creditor in parties]
        cells = [Text(_plain(amount, found.digits), style="" if amount else QUIET) for amount in owed]
        table.add_row(desk.name_of(debtor), *cells, money(_decimal(found.nets[debtor], found.digits), found.digits))
    return table


def _plan(desk: Desk, title: str, payments: Sequence[Payment[Party]], digits: int) -> Table:
    count = f"{len(payments)} payment{'' if len(payments) == 1 else 's'}"
    table = table_of("pays", "to", title=f"{title}: {count}")
    table.add_column("amount", justify="right")
    for payment in payments:
        table.add_row(desk.name_of(payment.payer), desk.name_of(payment.payee), _plain(payment.amount, digits))
    return table


def _moved(nets: Mapping[Party, int]) -> int:
    return sum(net for net in nets.values() if net > 0)


def _decimal(minor: int, digits: int) -> Decimal:
    return Decimal(minor).scaleb(-digits)


def _plain(minor: int, digits: int) -> str:
    return f"{_decimal(minor, digits):,.{digits}f}" if minor else "·"


def table_of(*headings: str, title: str | None) -> Table:
    """An empty table in the style of all of them."""
    shown = Table(*headings, title=title, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold", title_style="bold")
    shown.title_justify = "left"
    return shown
