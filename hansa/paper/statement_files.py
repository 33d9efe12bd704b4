"""A statement's lines as a file, and every transfer under them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from uuid import UUID

from domain.invoicing.queries import StatementItem, StatementPaper
from domain.settlement.counting import CountedTransfer
from domain.settlement.parties import Party, PartyRole
from domain.values import minor_digits
from hansa.paper.tables import COUNT, EXACT, INSTANT, PRICE, TEXT, Column, Row, money_type


def line_columns(currency: str) -> tuple[Column, ...]:
    """The columns of a statement's lines."""
    money = money_type(minor_digits(currency))
    return (
        Column("cycle", TEXT, "The cycle's name."),
        Column("partner", TEXT, "The short name of the partner whose statement it is."),
        Column("line", COUNT, "The line's number among the lines of the cycle."),
        Column("kind", TEXT, "The heading it stands under."),
        Column("source", TEXT, "What its basis was counted from."),
        Column("document_kind", TEXT, "The document this side of the line stands on."),
        Column("document", TEXT, "That document's number; empty while the statement is pro forma."),
        Column("other_role", TEXT, "What the other side is: PARTNER, OPERATOR, CHARITY, TAX, ROUNDING."),
        Column("other", TEXT, "The other partner's name; empty for an account of the house."),
        Column("points", COUNT, "The points it was counted from."),
        Column("base", EXACT, "The amount it was counted from, where it was not points."),
        Column("price", PRICE, "The price of a point."),
        Column("share", PRICE, "The share of it that is due here."),
        Column("exact", EXACT, "Points times price times share, or base times share; positive is received."),
        Column("rounding", EXACT, "What brings the exact amount to the amount."),
        Column("amount", money, "What the line comes to; positive is received, negative is paid."),
        Column("currency", TEXT, "The currency (ISO 4217)."),
        Column("corrects", TEXT, "The numbers of earlier documents that it puts right."),
        Column("note", TEXT, "Why it was adjusted."),
    )


def line_rows(paper: StatementPaper) -> Iterator[Row]:
    """A row for each side of a line; together they are the net of the cycle."""
    return (_line_row(paper, placed) for placed in paper.items)


def _line_row(paper: StatementPaper, placed: StatementItem) -> Row:
    item, money = placed.item, placed.item.money
    other = money.creditor if money.debtor == paper.view.balance.party else money.debtor
    return {
        "cycle": paper.view.cycle.name,
        "partner": paper.partner.slug,
        "line": item.number,
        "kind": money.kind.value,
        "source": money.origin.source.value,
        "document_kind": placed.kind.value,
        "document": placed.number,
        "other_role": other.role.value,
        "other": _name(paper, other),
        "points": money.points,
        "base": money.base,
        "price": money.price,
        "share": money.share,
        "exact": item.exact,
        "rounding": item.amount - item.exact,
        "amount": item.amount,
        "currency": paper.view.currency,
        "corrects": ", ".join(placed.corrects) or None,
        "note": placed.note,
    }


def _name(paper: StatementPaper, party: Party) -> str | None:
    return paper.names[party.partner_id] if party.role is PartyRole.PARTNER and party.partner_id else None


TRANSFER_COLUMNS: Sequence[Column] = (
    Column("cycle", TEXT, "The cycle's name."),
    Column("line", COUNT, "The number of the line that counts it."),
    Column("line_kind", TEXT, "The heading of that line."),
    Column("kind", TEXT, "What the movement did."),
    Column("points", COUNT, "How many points moved."),
    Column("posted_at", INSTANT, "When it was recorded; empty where the entry is not yours to see."),
    Column("recorded_by", TEXT, "The name of the partner where it happened; empty for the coalition's own work."),
    Column("entry", TEXT, "Your id of the purchase or redemption; empty where it is not yours to see."),
    Column("exact", EXACT, "What it adds to the line; empty where the line counts many together."),
)


async def transfer_rows(
    paper: StatementPaper, moved: AsyncIterator[CountedTransfer], entry_id: Callable[[str, UUID, UUID], str]
) -> AsyncIterator[Row]:
    """A row for each movement under each line; `entry_id` gives the viewer's own id of an entry."""
    async for one in moved:
        of = _ENTRIES.get(one.entry_kind or "")
        yield {
            "cycle": paper.view.cycle.name,
            "line": one.line.number,
            "line_kind": one.line.money.kind.value,
            "kind": one.kind,
            "points": int(one.points),
            "posted_at": one.posted_at,
            "recorded_by": paper.names.get(one.recorded_by),
            "entry": entry_id(of, one.wallet_id, one.entry_id) if of else None,
            "exact": one.exact,
        }


_ENTRIES = {"PURCHASE": "Purchase", "ACTION": "Action", "REDEMPTION": "Redemption"}
"""The types of the contract that show an entry of a kind."""
