"""Disputes for the eye: who disputes what, how far it has come, and all that was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from domain.ids import PartnerId
from domain.settlement.disputing.models import Dispute, DisputeDecision, DisputeOutcome, DisputeState
from domain.settlement.exact import total
from domain.settlement.lines import LineKind
from domain.settlement.parties import OPERATOR, partner
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import PAID, QUIET, RECEIVED, WORDS, money, show, table_of

if TYPE_CHECKING:
    from hansa.commands.dispute.work import File

__all__ = ["disputed_part", "file_part", "is_overdue", "list_table", "show"]

STAGES = (DisputeState.RAISED, DisputeState.ANSWERED, DisputeState.ESCALATED, DisputeState.DECIDED)
SHORT = 8
"""So many digits of an id tell disputes apart."""


def is_overdue(desk: Desk, dispute: Dispute) -> bool:
    """Whether its next stage is late."""
    return dispute.due_at is not None and dispute.due_at <= desk.ctx.now


def list_table(desk: Desk, disputes: Sequence[Dispute], cycles: Mapping[UUID, str]) -> Table:
    """One row a dispute."""
    table = table_of("dispute", "cycle", "raised by", "other side", "why", "state", "due", title=None)
    table.add_column(f"amount, {desk.currency}", justify="right")
    for dispute in disputes:
        table.add_row(
            dispute.dispute_id.hex[-SHORT:],
            cycles[dispute.cycle_id],
            _name(desk, dispute.partner_id),
            _name(desk, dispute.other_id),
            _words(dispute.reason),
            _words(dispute.state),
            _due(desk, dispute),
            money(dispute.amount, desk.digits, signed=False),
        )
    return table


def disputed_part(desk: Desk, disputes: Sequence[Dispute], credit: Decimal) -> Text:
    """What stands beneath a statement: how much of it is disputed, and what that leaves out of it for now."""
    waiting = [dispute for dispute in disputes if dispute.is_open]
    if not waiting:
        return Text("")
    amount = total(dispute.amount for dispute in waiting)
    words = f"{amount:,.{desk.digits}f} of it is disputed ({len(waiting)}: hansa dispute list)"
    return Text.assemble(f"{words}; provisional credit: ", money(credit, desk.digits))


def file_part(desk: Desk, file: File) -> Group:
    """All of a dispute: its stage, the line, what was said, evidence, history, decision."""
    dispute, line = file.dispute, file.line.money
    head = Text(f"{dispute.dispute_id.hex[-SHORT:]}  ", style="bold") + _rail(dispute)
    about = (
        f"\n{_name(desk, dispute.partner_id)} disputes {desk.currency} {dispute.amount:,.{desk.digits}f} of"
        f" {line.amount:,.{desk.digits}f}: {WORDS[LineKind(line.kind)].lower()}, {desk.name_of(line.debtor)} to"
        f" {desk.name_of(line.creditor)}, cycle {file.cycle}"
    )
    named = f", {len(file.transfers)} transfers named" if file.transfers else ""
    parts: list[RenderableType] = [
        head,
        Text(about, style="bold"),
        Text(f"{_words(dispute.reason)}{named}; {_words(dispute.treatment)} until it is decided", style=QUIET),
        *_said(desk, file),
        _evidence(desk, file),
        _history(desk, file),
    ]
    return Group(*parts, *([_decision(desk, file.decision)] if file.decision else []))


def _rail(dispute: Dispute) -> Text:
    if dispute.state == DisputeState.WITHDRAWN:
        return Text(" withdrawn ", style="bold reverse")
    rail = Text()
    reached = STAGES.index(DisputeState(dispute.state))
    for place, stage in enumerate(STAGES):
        style = "bold reverse" if place == reached else "" if place < reached else QUIET
        rail.append(f" {_words(stage)} ", style=style)
        rail.append("" if stage is STAGES[-1] else "›", style=QUIET)
    return rail


def _said(desk: Desk, file: File) -> list[Padding]:
    dispute = file.dispute
    said = [(dispute.partner_id, dispute.words, "")]
    if dispute.answer is not None:
        agrees = f" (agrees to {dispute.conceded:,.{desk.digits}f})" if dispute.conceded else ""
        said.append((dispute.other_id, dispute.answer, agrees))  # type: ignore[arg-type]
    return [
        Padding(Text.assemble((f"{_name(desk, who)}{more}: ", "bold"), words), (1, 0, 0, 2))
        for who, words, more in said
        if words
    ]


def _evidence(desk: Desk, file: File) -> Table:
    table = table_of("evidence", "from", "when", "SHA-256", title=None)
    table.add_column("bytes", justify="right")
    for kept in file.evidence:
        table.add_row(
            kept.name if kept.words is None else f"{kept.name}: {kept.words}",
            _name(desk, kept.by_partner_id),
            f"{kept.added_at:%Y-%m-%d %H:%M}",
            kept.sha256.hex()[:16],
            f"{kept.size:,}",
        )
    return table


def _history(desk: Desk, file: File) -> Table:
    table = table_of("step", "by", "for", "when", "", title=None)
    for step in file.steps:
        time = step.person_id is None
        table.add_row(
            _words(step.step),
            "time" if time else file.names.get(step.person_id, "somebody"),  # type: ignore[arg-type]
            "" if time else _name(desk, step.by_partner_id),
            f"{step.taken_at:%Y-%m-%d %H:%M}",
            step.note or "",
        )
    return table


def _decision(desk: Desk, decision: DisputeDecision) -> Text:
    upheld = decision.outcome == DisputeOutcome.UPHELD
    words = f"Upheld: {desk.currency} {decision.upheld:,.{desk.digits}f}" if upheld else "Rejected"
    return Text.assemble((words, f"bold {RECEIVED if upheld else PAID}"), f"  {decision.reasons}")


def _due(desk: Desk, dispute: Dispute) -> Text:
    if dispute.due_at is None:
        return Text("")
    late = is_overdue(desk, dispute)
    return Text(f"{dispute.due_at:%Y-%m-%d}{' late' if late else ''}", style=PAID if late else "")


def _name(desk: Desk, partner_id: UUID | None) -> str:
    return desk.name_of(OPERATOR if partner_id is None else partner(PartnerId(partner_id)))


def _words(code: str) -> str:
    return code.replace("_", " ").lower()
