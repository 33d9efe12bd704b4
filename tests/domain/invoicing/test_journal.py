"""Bookings balance, one by one, and move each settlement account by the net of the statement."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from hypothesis import given, settings

from domain.errors import InvalidValue
from domain.invoicing.accounts import OperatorAccount, PartnerAccount, mapped
from domain.invoicing.journal import Booking, operators_bookings, partners_bookings
from domain.settlement.exact import total
from domain.settlement.parties import TAX, partner
from domain.settlement.terms import BenefitFlow, Flow, PriceBook
from tests.domain.invoicing.test_dividing import TRADE, stored
from tests.domain.settlement.builders import partner_named, party
from tests.domain.settlement.test_pricing_laws import PARTNERS, cycles


def sums(bookings: list[Booking]) -> dict[tuple[str, object], Decimal]:
    """Debits less credits of each account and partner."""
    found: dict[tuple[str, object], Decimal] = defaultdict(Decimal)
    for booking in bookings:
        for posting in booking.postings:
            found[posting.account.name, posting.partner_id] += posting.debit - posting.credit
    return found


def assert_balanced(bookings: list[Booking]) -> None:
    assert [booking.number for booking in bookings] == list(range(1, len(bookings) + 1))
    for booking in bookings:
        assert total(one.debit for one in booking.postings) == total(one.credit for one in booking.postings) > 0
        assert all((one.debit > 0) != (one.credit > 0) for one in booking.postings)


@settings(max_examples=150, deadline=None)
@given(cycles())
def test_every_booking_balances_and_each_settlement_account_moves_by_the_net(
    made: tuple[PriceBook, list[Flow], list[BenefitFlow]],
) -> None:
    lines = stored(*made)
    operators = operators_bookings(lines)
    assert_balanced(operators)
    booked = sums(operators)
    for partner_id in PARTNERS:
        net = total(line.money.signed(partner(partner_id)) for line in lines)
        assert booked["SETTLEMENT", partner_id] == -net, "what it is owed is a liability"
        assert booked["RECEIVABLE", partner_id] == booked["PAYABLE", partner_id] == 0
        own = partners_bookings(lines, partner(partner_id))
        assert_balanced(own)
        assert sums(own)["SETTLEMENT", None] == net
        assert sums(own)["RECEIVABLE", None] == sums(own)["PAYABLE", None] == 0
    taxed = booked["OUTPUT_TAX", None] + booked["INPUT_TAX", None]
    assert taxed == -total(line.money.signed(TAX) for line in lines)


def test_what_one_partner_honours_for_another_is_bought_and_resold_at_the_same_price() -> None:
    booked = sums(operators_bookings(stored(TRADE.book, list(TRADE.flows), [])))
    assert booked["RESALE", None] == Decimal("-2.55")
    assert booked["RESOLD", None] == Decimal("2.55")
    assert booked["PAID_IN", None] == Decimal("-4.00") + Decimal("1.70")
    assert booked["SETTLEMENT", partner_named("R")] == Decimal("-3.40")


def test_a_partner_books_what_it_pays_for_and_what_it_earns() -> None:
    booked = sums(partners_bookings(stored(TRADE.book, list(TRADE.flows), []), party("P")))
    assert {name: amount for (name, _), amount in booked.items() if amount} == {
        "POINTS_AWARDED": Decimal("4.00"),
        "POINTS_SPENT": Decimal("3.00"),
        "HONOURED": Decimal("-0.85"),
        "SETTLEMENT": Decimal("-6.15"),
    }


def test_a_chart_takes_ones_own_codes_and_no_others() -> None:
    assert mapped(OperatorAccount, {"FEES": " 8400 "})["FEES"] == "8400"
    assert mapped(PartnerAccount, {}) == {account.name: account.value for account in PartnerAccount}
    with pytest.raises(InvalidValue, match="no account 'BRIBES'; there are RECEIVABLE"):
        mapped(OperatorAccount, {"BRIBES": "1"})
    with pytest.raises(InvalidValue, match="empty"):
        mapped(PartnerAccount, {"FEES": " "})
