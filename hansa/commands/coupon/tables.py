"""Coupons for the eye: what they say, what became of their vouchers, which codes came in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from domain.ids import PartnerId
from domain.values import Money
from domain.vouchers.pooling import Brought
from domain.vouchers.queries import Counts
from domain.vouchers.terms import Coupon, CouponState, CouponTerms, TakesOff
from domain.vouchers.told import Told
from hansa.commands.desk import Desk

HUES = {CouponState.LIVE: "green", CouponState.PAUSED: "yellow", CouponState.DRAFT: "cyan"}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def coupons_table(desk: Desk, coupons: Sequence[tuple[Coupon, Counts]]) -> Table:
    """Coupons, each on a line."""
    table = _table("Coupons", "name", "state", "whose", "takes off", "paid by", "codes", "given", "used", "left", "id")
    for one, counts in coupons:
        terms = one.terms
        left = f"{counts.codes_left:,}" if terms.codes == "POOL" else ""
        figures = (f"{counts.issued:,}", f"{counts.used:,}", left)
        whose, codes = _name(desk, one.partner_id), terms.word or terms.codes.lower()
        table.add_row(
            terms.name,
            _state(one),
            whose,
            takes_words(desk, terms.takes),
            _paid_by(desk, terms),
            codes,
            *figures,
            _id(one),
        )
    return table


def coupon_part(desk: Desk, coupon: Coupon, counts: Counts, missing: Sequence[PartnerId]) -> Group:
    """One coupon, part by part."""
    table = _table(f"{coupon.terms.name}, version {coupon.version}", "", "")
    table.show_header = False
    table.add_row("state", _state(coupon))
    table.add_row("takes off", takes_words(desk, coupon.terms.takes))
    for what, words in _conditions(desk, coupon.terms):
        table.add_row(what, words)
    table.add_row("taken by", ", ".join(sorted(_name(desk, one) for one in coupon.terms.partners)))
    table.add_row("owner", _name(desk, coupon.partner_id))
    table.add_row("paid by", _paid_by(desk, coupon.terms))
    table.add_row("codes", coupon.terms.word or coupon.terms.codes.lower())
    if missing:
        table.add_row("to agree", Text(", ".join(_name(desk, one) for one in missing), style="yellow"))
    table.add_row("vouchers", f"{counts.issued:,} given: {counts.open:,} open, {counts.used:,} times used")
    if counts.expired or counts.cancelled:
        table.add_row("", f"{counts.expired:,} ran out of time, {counts.cancelled:,} were taken back")
    if coupon.terms.codes == "POOL":
        table.add_row("in the pool", f"{counts.codes_left:,} codes left")
    table.add_row("id", _id(coupon))
    return Group(table)


def codes_table(coupon: Coupon, given: Sequence[Told], codes: Sequence[str]) -> Table:
    """Vouchers that were given, with their codes."""
    table = _table(f"{coupon.terms.name}, given", "code", "until")
    for voucher, code in zip(given, codes, strict=True):
        table.add_row(code, _moment(voucher.expires_at) or "no end")
    return table


def brought_part(coupon: Coupon, brought: Brought) -> Group:
    """What became of the lines of a file."""
    summary = _table(f"Codes for {coupon.terms.name}", "", "")
    summary.show_header = False
    summary.add_row("taken", f"{brought.taken:,}")
    summary.add_row("refused", Text(f"{brought.refused:,}", style="yellow" if brought.refused else ""))
    if not brought.refusals:
        return Group(summary)
    refused = _table("Refused", "line", "why")
    for one in brought.refusals:
        refused.add_row(str(one.line), one.why)
    return Group(summary, refused)


def takes_words(desk: Desk, takes: TakesOff) -> str:
    """What it takes off, in a few words: "20 % up to 5.00 EUR"."""
    cap = "" if takes.most is None else f" up to {_money(desk, takes.most)}"
    if takes.amount is not None:
        return _money(desk, takes.amount)
    if takes.share is not None:
        percent = takes.share * 100
        return f"{percent if percent.denominator != 1 else percent.numerator} %{cap}"
    if takes.free is not None:
        return f"the {takes.free.lower()} one free{cap}"
    return takes.thing or ""


def plainly(desk: Desk, coupon: Coupon) -> dict[str, Any]:
    """A coupon for programs."""
    return {
        "coupon_id": str(coupon.coupon_id),
        "version": coupon.version,
        "state": coupon.state,
        "owner": desk.partners[coupon.partner_id].slug,
        "terms": coupon.terms.to_json(),
        "fingerprint": coupon.terms.fingerprint().hex(),
    }


def _conditions(desk: Desk, terms: CouponTerms) -> Iterator[tuple[str, str]]:
    lines = terms.lines
    if lines is not None:
        named = {"skus": lines.skus, "gtins": lines.gtins, "categories": lines.categories, "brands": lines.brands}
        parts = [f"{what} {', '.join(sorted(texts))}" for what, texts in named.items() if texts]
        but = sorted(lines.not_skus | lines.not_categories)
        yield "for", "; ".join(parts + ([f"not {', '.join(but)}"] if but else []))
    if terms.least:
        yield "from", _money(desk, terms.least)
    if terms.starts_at or terms.ends_at:
        yield "between", f"{_moment(terms.starts_at) or 'now'} and {_moment(terms.ends_at) or 'no end'}"
    if terms.days:
        yield "good for", f"{terms.days} days"
    if terms.weekdays:
        yield "on", ", ".join(DAYS[day - 1] for day in sorted(terms.weekdays))
    if terms.hours:
        yield "at", ", ".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in terms.hours)
    if terms.tiers:
        yield "tiers", ", ".join(sorted(terms.tiers))
    bound = "" if terms.uses_in_all is None else f", {terms.uses_in_all:,} in all"
    yield "uses", f"{terms.uses:,} {'for each member' if terms.public else 'for each voucher'}{bound}"
    yield "together", {"ALONE": "with no other", "OTHERS": "with other coupons'", "ANY": "with any"}[terms.together]


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right" if column in {"given", "used", "left", "line"} else "left")
    return table


def _state(coupon: Coupon) -> Text:
    return Text(coupon.state, style=HUES.get(coupon.state, "dim"))


def _name(desk: Desk, partner_id: PartnerId) -> str:
    return desk.partners[partner_id].name


def _paid_by(desk: Desk, terms: CouponTerms) -> str:
    if not terms.sponsors:
        return "whoever takes it"
    return ", ".join(
        _name(desk, one.partner_id) if one.share == 1 else f"{_name(desk, one.partner_id)} {one.share}"
        for one in terms.sponsors
    )


def _money(desk: Desk, units: int) -> str:
    return f"{Money.of_minor(units, desk.currency).amount:,} {desk.currency}"


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at:%Y-%m-%d %H:%M}"


def _id(coupon: Coupon) -> str:
    return str(coupon.coupon_id)
