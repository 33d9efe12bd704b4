"""The figures that settlement must meet to the digit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.settlement.lines import LineKind
from domain.settlement.parties import CHARITY, OPERATOR, ROUNDING, TAX
from domain.settlement.terms import Band, BenefitFlow, Flow
from tests.domain.settlement.builders import Example, flow, partner_named, party, terms

P, Q, R = party("P"), party("Q"), party("R")


def one_sponsor(**more: Any) -> Example:
    """P awards, R honours, some come back, some are clawed back, some expire."""
    rate = more.get("tax_of_supply", "0")
    return Example(
        contracts=[terms("P", breakage={"issuer": "0.5"}, **more), terms("R", tax_of_credit=rate)],
        flows=[
            flow("ACCRUE", 1000, "P"),
            flow("REDEEM", 400, "P", "R"),
            flow("UNREDEEM", 100, "P", "R", debit="REDEEMED"),
            flow("CLAWBACK", 200, "P", debit="PENDING"),
            flow("EXPIRE", 500, "P"),
        ],
    )


@pytest.mark.parametrize(
    ("share_at_issuance", "sponsor", "redeemer", "operator"),
    [("1", "-5.50", "2.55", "2.95"), ("0", "-3.00", "2.55", "0.45"), ("0.4", "-4.00", "2.55", "1.45")],
    ids=["at issuance", "at redemption", "hybrid 40/60"],
)
def test_one_sponsor_settles_to_the_digit_under_each_funding(
    share_at_issuance: str, sponsor: str, redeemer: str, operator: str
) -> None:
    example = one_sponsor(share_at_issuance=share_at_issuance)
    assert [example.net(who) for who in (P, R, OPERATOR)] == [Decimal(sponsor), Decimal(redeemer), Decimal(operator)]


@pytest.mark.parametrize("fee", [{"fee_fixed": "0.50"}, {"fee_per_point": "0.0005"}, {"fee_minimum": "0.50"}])
def test_a_fee_and_tax_settle_to_the_digit_through_the_tax_account(fee: dict[str, str]) -> None:
    example = one_sponsor(share_at_issuance="0", tax_of_supply="0.20", **fee)
    nets = [example.net(who) for who in (P, R, TAX, OPERATOR)]
    assert nets == [Decimal("-4.20"), Decimal("3.06"), Decimal("0.19"), Decimal("0.95")]


@pytest.mark.parametrize("share_at_issuance", ["1", "0", "0.4"])
def test_a_debt_of_spent_points_is_repaid_from_a_later_lot_of_another_sponsor(share_at_issuance: str) -> None:
    contracts = [terms(letter, share_at_issuance=share_at_issuance) for letter in "PQR"]
    spent = [flow("ACCRUE", 100, "P"), flow("REDEEM", 100, "P", "R")]
    owed = [*spent, flow("CLAWBACK", 100, "P", debit="DEBT")]
    repaid = [*owed, flow("ACCRUE", 100, "Q"), repayment()]
    while_debt = Example(contracts, owed)
    after = Example(contracts, repaid)
    assert while_debt.priced.lines == Example(contracts, spent).priced.lines
    assert [after.net(who) for who in (P, Q, R, OPERATOR)] == [
        Decimal("-0.15"),
        Decimal("-1.00"),
        Decimal("0.85"),
        Decimal("0.30"),
    ]


def repayment(*, recorded: str | None = "R") -> Flow:
    """A hundred points of Q's lot pay the debt owed to P, at the price of the contract that was recorded."""
    paying = flow("REPAY", 100, "Q", recorded)
    return Flow(
        kind="REPAY",
        debit="AVAILABLE",
        points=100,
        sponsor_id=paying.sponsor_id,
        sponsor_contract_id=paying.sponsor_contract_id,
        accrual_cycle_id=paying.accrual_cycle_id,
        redeemer_id=partner_named("P"),
        redeemer_contract_id=paying.redeemer_contract_id,
    )


def test_a_repayment_without_a_recorded_contract_is_worth_the_standard_price() -> None:
    example = Example([terms("P"), terms("Q")], [flow("ACCRUE", 100, "Q"), repayment(recorded=None)])
    assert (example.net(P), example.net(Q)) == (Decimal("0.80"), Decimal("-1.00"))


def test_three_partners_fill_the_pool_by_what_is_not_yet_spent() -> None:
    example = Example(
        contracts=[terms(letter) for letter in "DMR"],
        flows=[
            flow("ACCRUE", 100_000, "M"),
            flow("ACCRUE", 40_000, "D"),
            flow("ACCRUE", 160_000, "R"),
            flow("REDEEM", 30_000, "M", "D"),
            flow("REDEEM", 70_000, "M", "R"),
            flow("REDEEM", 80_000, "R", "R"),
        ],
    )
    assert [example.net(party(letter)) for letter in "MDR"] == [
        Decimal("-1000.00"),
        Decimal("-145.00"),
        Decimal("-325.00"),
    ]
    assert example.net(OPERATOR) == Decimal("1470.00")


def test_all_points_cost_the_price_of_the_band_the_volume_reached() -> None:
    bands = (Band(1_000, Decimal("0.0090")), Band(5_000, Decimal("0.0080")))
    below = Example([terms("P", bands=bands)], [flow("ACCRUE", 999, "P")])
    at = Example([terms("P", bands=bands)], [flow("ACCRUE", 700, "P"), flow("ACCRUE", 300, "P")])
    above = Example([terms("P", bands=bands)], [flow("ACCRUE", 5_100, "P"), flow("CLAWBACK", 101, "P")])
    assert [example.net(P) for example in (below, at, above)] == [
        Decimal("-9.99"),
        Decimal("-9.00"),
        Decimal("-44.99"),
    ]
    assert [price.price for price in at.priced.effective] == [Decimal("0.0090")]


def test_a_margin_below_zero_is_paid_by_the_operator() -> None:
    example = Example(
        [terms("P", price="0.0080", share_at_issuance="0"), terms("R")], [flow("REDEEM", 1_000, "P", "R")]
    )
    assert [example.net(who) for who in (P, R, OPERATOR)] == [Decimal("-8.00"), Decimal("8.50"), Decimal("-0.50")]
    assert all(line.amount >= 0 for line in example.priced.lines)


def test_breakage_is_shared_by_whole_points_and_the_rest_stays_with_the_operator() -> None:
    example = Example(
        [terms("P", breakage={"issuer": "0.2", "redeemers": "0.5", "charity": "0.1"}), terms("Q"), terms("R")],
        [flow("EXPIRE", 1_000, "P"), flow("REDEEM", 200, "P", "Q"), flow("REDEEM", 100, "P", "R")],
    )
    shared = [line for line in example.priced.lines if line.kind is LineKind.BREAKAGE]
    assert {(line.creditor, line.points, line.amount) for line in shared} == {
        (P, 1_000, Decimal("2.00")),
        (CHARITY, 1_000, Decimal("1.00")),
        (Q, 667, Decimal("3.34")),
        (R, 333, Decimal("1.66")),
    }


def test_breakage_that_nobody_may_share_falls_to_the_operator() -> None:
    example = Example([terms("P", breakage={"redeemers": "1"})], [flow("EXPIRE", 1_000, "P")])
    assert example.priced.lines == ()


def test_a_benefit_is_owed_by_its_sponsor_to_who_gave_it() -> None:
    given = BenefitFlow(sponsor_id=partner_named("P"), redeemer_id=partner_named("R"), amount=Decimal("12.345000"))
    back = BenefitFlow(
        sponsor_id=partner_named("P"), redeemer_id=partner_named("R"), amount=Decimal("2.345000"), reversed=True
    )
    example = Example([terms("P"), terms("R", tax_of_credit="0.2")], [], [given, back])
    assert [example.net(who) for who in (P, R, TAX)] == [Decimal("-10.00"), Decimal("12.00"), Decimal("-2.00")]


def test_the_minimum_fee_tops_up_what_the_other_fees_come_to() -> None:
    example = Example([terms("P", fee_per_point="0.001", fee_minimum="5")], [flow("ACCRUE", 1_000, "P")])
    fees = [(line.origin.source, line.amount) for line in example.priced.lines if line.kind is LineKind.FEE]
    assert fees == [("FEE_PER_POINT", Decimal("1.00")), ("FEE_MINIMUM", Decimal("4.00"))]


def test_an_adjustment_is_charged_like_points_earned() -> None:
    example = Example([terms("P")], [flow("ADJUST", 300, "P", debit="ISSUED"), flow("ADJUST", 100, "P")])
    assert example.net(P) == Decimal("-2.00")
    assert {line.kind for line in example.priced.lines} == {LineKind.ADJUSTMENT}


def test_many_small_roundings_do_not_add_up() -> None:
    contracts = [terms("P", price="0.004", share_at_issuance="1"), *(terms(letter, "0.004", "0") for letter in "ABCDE")]
    example = Example(contracts, [flow("ACCRUE", 1, letter) for letter in "PABCDE"])
    assert {line.kind for line in example.priced.lines} == {LineKind.ISSUANCE}
    sponsor = terms("P", price="0.006", price_redeem="0", share_at_issuance="0")
    redeemers = [terms(letter, "0", "0.006") for letter in "ABCDE"]
    funded = Example([sponsor, *redeemers], [flow("REDEEM", 1, "P", letter) for letter in "ABCDE"])
    assert funded.net(P) == Decimal("-0.03")
    assert funded.net(ROUNDING) == Decimal("-0.02")
    assert [funded.net(party(letter)) for letter in "ABCDE"] == [Decimal("0.01")] * 5
