"""What holds of the documents of any cycle: every side of every line stands on one, and they come to the net."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.coalition.models import TaxRule
from domain.ids import ContractId
from domain.invoicing.dividing import Draft, Section, TaxTerms, divide, items_of
from domain.invoicing.models import DocumentKind
from domain.settlement.exact import ZERO, total
from domain.settlement.parties import partner
from domain.settlement.pricing import price_cycle
from domain.settlement.queries import Line
from domain.settlement.terms import BenefitFlow, Flow, PriceBook
from tests.domain.settlement.builders import Example, contract_of, flow, partner_named, party, terms
from tests.domain.settlement.test_pricing_laws import PARTNERS, cycles


def stored(book: PriceBook, flows: list[Flow], benefits: list[BenefitFlow]) -> list[Line]:
    """The lines of a cycle as they would be read."""
    priced = price_cycle(flows, benefits, book).lines
    return [
        Line(line_id=UUID(int=number), cycle_id=book.cycle_id, number=number, money=money)
        for number, money in enumerate(priced, start=1)
    ]


def tax_terms(book: PriceBook, **self_billing: bool) -> dict[ContractId, TaxTerms]:
    """What the contracts of a book say about tax; self-billed unless said otherwise."""
    return {
        contract_id: TaxTerms(
            supply=found.tax_of_supply,
            credit=found.tax_of_credit,
            self_billing=self_billing.get(str(contract_id), True),
        )
        for contract_id, found in book.terms.items()
    }


@settings(max_examples=150, deadline=None)
@given(cycles(), st.sets(st.integers(100, 107)))
def test_documents_hold_every_side_once_and_come_to_the_net(
    made: tuple[PriceBook, list[Flow], list[BenefitFlow]], not_billed: set[int]
) -> None:
    book, flows, benefits = made
    lines = stored(book, flows, benefits)
    agreed = tax_terms(book, **{str(UUID(int=number)): False for number in not_billed})
    for partner_id in PARTNERS:
        whose = partner(partner_id)
        drafts = divide(items_of(lines, whose), agreed)
        assert total(draft.gross for draft in drafts) == total(line.money.signed(whose) for line in lines)
        sides = Counter(side for line in lines for side in (line.money.debtor, line.money.creditor))
        taxed = [item for item in items_of(lines, whose) if item.is_tax]
        assert sum(len(draft.items) for draft in drafts) + len(taxed) == sides[whose]
        assert len({draft.kind for draft in drafts}) == len(drafts)


@settings(max_examples=150, deadline=None)
@given(cycles())
def test_tax_is_figured_on_the_exact_sum_of_what_stands_beside_it(
    made: tuple[PriceBook, list[Flow], list[BenefitFlow]],
) -> None:
    book, flows, benefits = made
    lines = stored(book, flows, benefits)
    for partner_id in PARTNERS:
        whose = partner(partner_id)
        for item in (found for found in items_of(lines, whose) if found.is_tax):
            beside = [
                other.exact
                for other in items_of(lines, whose)
                if not other.is_tax and (other.section, other.contract_id) == (item.section, item.contract_id)
            ]
            assert item.exact == total(beside) * item.money.share
        for draft in divide(items_of(lines, whose), tax_terms(book)):
            assert draft.net == total(part.net for part in draft.taxes) or draft.kind is DocumentKind.SETTLEMENT_NOTE
            assert draft.tax == total(part.tax for part in draft.taxes)
            cent = Decimal(1).scaleb(-book.digits)
            for part in draft.taxes:
                versions = sum(1 for found in book.terms.values() if found.partner_id == partner_id)
                assert abs(part.tax - part.base * part.rate) <= versions * cent / 2


def drafted(example: Example, letter: str, **rules: TaxTerms) -> dict[DocumentKind, Draft]:
    lines = stored(example.book, list(example.flows), list(example.benefits))
    agreed = {contract_of(name): rules.get(name, TaxTerms(self_billing=True)) for name in "PQR"}
    return {draft.kind: draft for draft in divide(items_of(lines, party(letter)), agreed)}


TRADE = Example(
    contracts=(terms("P", share_at_issuance="0.4"), terms("R")),
    flows=(flow("ACCRUE", 1000, "P"), flow("REDEEM", 400, "P", "R"), flow("REDEEM", 100, "P", "P")),
)


def test_what_a_sponsor_pays_a_redeemer_directly_is_bought_and_sold_by_the_operator() -> None:
    sponsors, redeemers = drafted(TRADE, "P"), drafted(TRADE, "R")
    direct = [item for item in sponsors[DocumentKind.INVOICE].items if item.money.creditor == party("R")]
    assert [item.amount for item in direct] == [Decimal("-2.04")]
    assert redeemers.keys() == {DocumentKind.SELF_BILLED_INVOICE}
    assert redeemers[DocumentKind.SELF_BILLED_INVOICE].gross == Decimal("3.40")


def test_points_spent_where_they_were_earned_are_charged_and_credited() -> None:
    documents = drafted(TRADE, "P")
    own = [
        (kind, item.amount)
        for kind, draft in documents.items()
        for item in draft.items
        if item.money.debtor == item.money.creditor
    ]
    assert own == [(DocumentKind.INVOICE, Decimal("-0.51")), (DocumentKind.SELF_BILLED_INVOICE, Decimal("0.51"))]


def test_who_is_not_self_billed_is_asked_for_an_invoice() -> None:
    documents = drafted(TRADE, "R", R=TaxTerms(self_billing=False))
    assert documents[DocumentKind.INVOICE_REQUEST].gross == Decimal("3.40")


def test_more_given_back_than_supplied_is_a_credit_note() -> None:
    earlier = Example(contracts=(terms("P"), terms("R")), flows=(flow("CLAWBACK", 500, "P"),))
    assert drafted(earlier, "P")[DocumentKind.CREDIT_NOTE].gross == Decimal("5.00")


def test_a_benefit_taken_back_by_its_giver_alone_is_a_self_billed_credit_note() -> None:
    back = BenefitFlow(
        sponsor_id=partner_named("P"), redeemer_id=partner_named("R"), amount=Decimal("7.00"), reversed=True
    )
    example = Example(contracts=(terms("P"), terms("R")), flows=(), benefits=(back,))
    assert drafted(example, "R")[DocumentKind.SELF_BILLED_CREDIT_NOTE].gross == Decimal("-7.00")
    assert drafted(example, "P")[DocumentKind.SELF_BILLED_INVOICE].gross == Decimal("7.00")


def test_breakage_and_rounding_are_no_supply() -> None:
    expired = Example(
        contracts=(terms("P", breakage={"issuer": "0.5"}), terms("R")), flows=(flow("EXPIRE", 1001, "P"),)
    )
    (draft,) = drafted(expired, "P").values()
    assert draft.kind is DocumentKind.SETTLEMENT_NOTE
    assert draft.taxes == ()
    assert {item.section for item in draft.items} == {Section.UNTAXED}


def test_what_is_reverse_charged_or_exempt_stands_apart_without_tax() -> None:
    for rule in (TaxRule.REVERSE_CHARGE, TaxRule.EXEMPT):
        (part,) = drafted(TRADE, "P", P=TaxTerms(rule=rule))[DocumentKind.INVOICE].taxes
        assert (part.rule, part.rate, part.tax) == (rule, ZERO, ZERO)
        assert part.base == Decimal("-4.00") + Decimal("-3.00")
