"""What holds for any contracts and any flows, against the formula computed on its own in fractions."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.ids import ContractId, CycleId, PartnerId
from domain.settlement.exact import payable, total
from domain.settlement.parties import HOUSE, OPERATOR, TAX, Party, PartyRole, partner
from domain.settlement.pricing import price_cycle
from domain.settlement.terms import Band, BenefitFlow, Breakage, Flow, PriceBook, Terms
from domain.values import split

NOW = CycleId(UUID(int=1))
BEFORE = CycleId(UUID(int=2))
PARTNERS = [PartnerId(UUID(int=number)) for number in range(10, 14)]
GIVES_BACK = {"CLAWBACK", "UNREDEEM"}

prices = st.decimals(0, "0.05", places=6)
shares = st.decimals(0, 1, places=4)
rates = st.sampled_from([Decimal(0), Decimal("0.05"), Decimal("0.21"), Decimal("0.255")])
points = st.integers(1, 10**7)


@st.composite
def breakages(draw: st.DrawFn) -> Breakage:
    parts = draw(st.lists(st.integers(0, 100), min_size=4, max_size=4).filter(any))
    third = [Decimal(part * 10_000 // sum(parts)) / 10_000 for part in parts]
    return Breakage(issuer=third[0], redeemers=third[1], charity=third[2])


@st.composite
def versions(draw: st.DrawFn, number: int) -> Terms:
    bands = draw(st.lists(st.builds(Band, st.integers(1, 10**7), prices), max_size=3))
    return Terms(
        contract_id=ContractId(UUID(int=100 + number)),
        partner_id=PARTNERS[number % len(PARTNERS)],
        price=draw(prices),
        price_redeem=draw(prices),
        bands=tuple(bands),
        share_at_issuance=draw(shares | st.sampled_from([Decimal(0), Decimal(1)])),
        fee_per_point=draw(prices),
        fee_share=draw(shares),
        fee_fixed=draw(prices) * 100,
        fee_minimum=draw(prices) * 10_000,
        breakage=draw(breakages()),
        tax_of_supply=draw(rates),
        tax_of_credit=draw(rates),
    )


@st.composite
def books(draw: st.DrawFn) -> PriceBook:
    """Two versions for each partner; some partners have none in force."""
    made = [draw(versions(number)) for number in range(2 * len(PARTNERS))]
    in_force = draw(st.sets(st.sampled_from(range(len(PARTNERS)))))
    return PriceBook(
        cycle_id=NOW,
        digits=draw(st.sampled_from([0, 2, 3])),
        standard_price=draw(prices),
        terms={terms.contract_id: terms for terms in made},
        in_force={PARTNERS[number]: made[number + len(PARTNERS)].contract_id for number in in_force},
        effective={(terms.contract_id, BEFORE): draw(prices) for terms in made},
    )


@st.composite
def flows_in(draw: st.DrawFn, book: PriceBook) -> Flow:
    kind, debit = draw(
        st.sampled_from(
            [
                ("ACCRUE", "ISSUED"),
                ("ADJUST", "ISSUED"),
                ("ADJUST", "AVAILABLE"),
                ("CLAWBACK", "PENDING"),
                ("CLAWBACK", "AVAILABLE"),
                ("CLAWBACK", "DEBT"),
                ("REDEEM", "AVAILABLE"),
                ("REDEEM", "HELD"),
                ("UNREDEEM", "REDEEMED"),
                ("REPAY", "AVAILABLE"),
                ("EXPIRE", "AVAILABLE"),
                ("MOVE", "AVAILABLE"),
                ("RELEASE", "PENDING"),
                ("HOLD", "AVAILABLE"),
                ("VOID", "HELD"),
            ]
        )
    )
    terms = book.terms[draw(st.sampled_from(sorted(book.terms)))]
    honouring = book.terms[draw(st.sampled_from(sorted(book.terms)))]
    spends = kind in {"REDEEM", "UNREDEEM", "REPAY"}
    recorded = kind != "REPAY" or draw(st.booleans())
    redeemer_id = draw(st.sampled_from(PARTNERS)) if kind == "REPAY" else honouring.partner_id
    return Flow(
        kind=kind,
        debit=debit,
        points=draw(points),
        sponsor_id=terms.partner_id,
        sponsor_contract_id=terms.contract_id,
        accrual_cycle_id=NOW if debit == "ISSUED" else draw(st.sampled_from([NOW, BEFORE])),
        redeemer_id=redeemer_id if spends else None,
        redeemer_contract_id=honouring.contract_id if spends and recorded else None,
        cofunded=kind == "ACCRUE" and draw(st.booleans()),
    )


benefit_flows = st.builds(
    BenefitFlow,
    sponsor_id=st.sampled_from(PARTNERS),
    redeemer_id=st.sampled_from(PARTNERS),
    amount=st.decimals("0.000001", 10_000, places=6),
    reversed=st.booleans(),
)


@st.composite
def cycles(draw: st.DrawFn) -> tuple[PriceBook, list[Flow], list[BenefitFlow]]:
    book = draw(books())
    return book, draw(st.lists(flows_in(book), max_size=25)), draw(st.lists(benefit_flows, max_size=5))


class Formula:
    """The nets of settlement, term by term, from nothing but the definitions."""

    def __init__(self, book: PriceBook, flows: list[Flow], benefits: list[BenefitFlow]) -> None:
        self.book, self.flows, self.benefits = book, flows, benefits
        self.supply: dict[Terms, Fraction] = defaultdict(Fraction)
        self.credit: dict[Terms, Fraction] = defaultdict(Fraction)
        self.net: dict[Party, Fraction] = defaultdict(Fraction)
        self.volume: dict[ContractId, int] = defaultdict(int)
        for flow in flows:
            if flow.accrual_cycle_id == NOW and (flow.kind in {"ACCRUE", "ADJUST", "CLAWBACK"}):
                counts = 0 if flow.debit == "DEBT" else 1 if flow.debit == "ISSUED" else -1
                self.volume[flow.sponsor_contract_id] += counts * flow.points
        self._charge_and_credit()
        self._breakage()
        self._money_benefits()
        self._fees()
        self._taxes()

    def _price(self, flow: Flow) -> Fraction:
        terms = self.book.terms[flow.sponsor_contract_id]
        if flow.accrual_cycle_id == BEFORE:
            return Fraction(self.book.effective[terms.contract_id, BEFORE])
        volume = self.volume[terms.contract_id]
        reached = sorted((band.from_points, band.price) for band in terms.bands if band.from_points <= volume)
        return Fraction(reached[-1][1] if reached else terms.price)

    def _present(self, partner_id: PartnerId) -> Terms | None:
        contract_id = self.book.in_force.get(partner_id)
        return None if contract_id is None else self.book.terms[contract_id]

    def _charge_and_credit(self) -> None:
        for flow in self.flows:
            terms = self.book.terms[flow.sponsor_contract_id]
            sign = -1 if flow.kind in GIVES_BACK or (flow.kind, flow.debit) == ("ADJUST", "AVAILABLE") else 1
            value = sign * flow.points * self._price(flow)
            at_issuance = Fraction(terms.share_at_issuance)
            charge = Fraction(0)
            if flow.kind in {"ACCRUE", "ADJUST", "CLAWBACK"} and flow.debit != "DEBT":
                charge = value * at_issuance
            elif flow.kind in {"REDEEM", "UNREDEEM", "REPAY"}:
                charge = value * (1 - at_issuance)
                self._reimburse(flow, sign)
            self.supply[terms] += charge
            self.net[partner(terms.partner_id)] -= charge
            self.net[OPERATOR] += charge

    def _reimburse(self, flow: Flow, sign: int) -> None:
        assert flow.redeemer_id is not None
        recorded = self.book.terms[flow.redeemer_contract_id] if flow.redeemer_contract_id else None
        price = self.book.standard_price if recorded is None else recorded.price_redeem
        own = recorded
        if recorded is None or recorded.partner_id != flow.redeemer_id:
            own = self._present(flow.redeemer_id)
        credit = sign * flow.points * Fraction(price)
        if own is not None:
            self.credit[own] += credit
        self.net[partner(flow.redeemer_id)] += credit
        self.net[OPERATOR] -= credit

    def _breakage(self) -> None:
        redeemed: dict[PartnerId, int] = defaultdict(int)
        for flow in self.flows:
            if flow.kind in {"REDEEM", "UNREDEEM"} and flow.redeemer_id is not None:
                redeemed[flow.redeemer_id] += flow.points if flow.kind == "REDEEM" else -flow.points
        weights = {redeemer: redeemed[redeemer] for redeemer in sorted(redeemed) if redeemed[redeemer] > 0}
        expired: dict[tuple[ContractId, CycleId], list[Flow]] = defaultdict(list)
        for flow in self.flows:
            if flow.kind == "EXPIRE":
                expired[flow.sponsor_contract_id, flow.accrual_cycle_id].append(flow)
        for (contract_id, _), group in expired.items():
            terms, count = self.book.terms[contract_id], sum(flow.points for flow in group)
            each = self._price(group[0]) * Fraction(terms.share_at_issuance)
            self._share(partner(terms.partner_id), count * each * Fraction(terms.breakage.issuer))
            self._share(HOUSE[1], count * each * Fraction(terms.breakage.charity))
            if weights:
                for redeemer, part in zip(weights, split(count, list(weights.values())), strict=True):
                    self._share(partner(redeemer), part * each * Fraction(terms.breakage.redeemers))

    def _share(self, party: Party, amount: Fraction) -> None:
        self.net[party] += amount
        self.net[OPERATOR] -= amount

    def _money_benefits(self) -> None:
        for benefit in self.benefits:
            amount = Fraction(benefit.amount) * (-1 if benefit.reversed else 1)
            for partner_id, value in ((benefit.redeemer_id, amount), (benefit.sponsor_id, -amount)):
                self.net[partner(partner_id)] += value
                own = self._present(partner_id)
                if own is not None:
                    self.credit[own] += value

    def _fees(self) -> None:
        counted: dict[PartnerId, Fraction] = defaultdict(Fraction)
        for flow in self.flows:
            if flow.debit == "ISSUED":
                terms = self.book.terms[flow.sponsor_contract_id]
                issued = self._price(flow) * Fraction(terms.share_at_issuance)
                fee = flow.points * (Fraction(terms.fee_per_point) + issued * Fraction(terms.fee_share))
                counted[terms.partner_id] += fee
                self._fee(terms, fee)
        for partner_id in self.book.in_force:
            terms = self.book.terms[self.book.in_force[partner_id]]
            fixed = Fraction(terms.fee_fixed)
            whole = max(Fraction(terms.fee_minimum), counted[partner_id] + fixed)
            self._fee(terms, whole - counted[partner_id])

    def _fee(self, terms: Terms, amount: Fraction) -> None:
        self.supply[terms] += amount
        self.net[partner(terms.partner_id)] -= amount
        self.net[OPERATOR] += amount

    def _taxes(self) -> None:
        for terms, amount in self.supply.items():
            tax = amount * Fraction(terms.tax_of_supply)
            self.net[partner(terms.partner_id)] -= tax
            self.net[TAX] += tax
        for terms, amount in self.credit.items():
            tax = amount * Fraction(terms.tax_of_credit)
            self.net[partner(terms.partner_id)] += tax
            self.net[TAX] -= tax


@settings(max_examples=120, deadline=None)
@given(cycles())
def test_obligations_come_to_the_nets_of_the_formula(cycle: tuple[PriceBook, list[Flow], list[BenefitFlow]]) -> None:
    book, flows, benefits = cycle
    priced = price_cycle(flows, benefits, book)
    exact: dict[Party, Fraction] = defaultdict(Fraction)
    for line in priced.lines:
        exact[line.debtor] -= Fraction(line.exact)
        exact[line.creditor] += Fraction(line.exact)
    formula = {party: net for party, net in Formula(book, flows, benefits).net.items() if net}
    assert {party: net for party, net in exact.items() if net} == formula


@settings(max_examples=80, deadline=None)
@given(cycles())
def test_all_parties_together_come_to_nothing(cycle: tuple[PriceBook, list[Flow], list[BenefitFlow]]) -> None:
    book, flows, benefits = cycle
    priced = price_cycle(flows, benefits, book)
    parties = {party for line in priced.lines for party in (line.debtor, line.creditor)}
    assert sum(line.signed(party) for party in parties for line in priced.lines) == 0


@settings(max_examples=80, deadline=None)
@given(cycles())
def test_each_partner_settles_its_exact_net_rounded_once(
    cycle: tuple[PriceBook, list[Flow], list[BenefitFlow]],
) -> None:
    book, flows, benefits = cycle
    priced = price_cycle(flows, benefits, book)
    parties = {party for line in priced.lines for party in (line.debtor, line.creditor)}
    for party in parties:
        if party.role is PartyRole.PARTNER:
            exact = total(line.signed_exact(party) for line in priced.lines)
            assert sum((line.signed(party) for line in priced.lines), Decimal(0)) == payable(exact, book.digits)


@settings(max_examples=80, deadline=None)
@given(cycles())
def test_every_line_is_its_basis_times_price_times_share(
    cycle: tuple[PriceBook, list[Flow], list[BenefitFlow]],
) -> None:
    book, flows, benefits = cycle
    for line in price_cycle(flows, benefits, book).lines:
        basis = Fraction(line.base or 0) if line.price is None else Fraction(line.points or 0) * Fraction(line.price)
        assert basis * Fraction(line.share) == Fraction(line.exact)
        assert Fraction(line.exact) + Fraction(line.rounding) == Fraction(line.amount) >= 0
        assert line.amount == line.amount.quantize(Decimal(1).scaleb(-book.digits))


@settings(max_examples=60, deadline=None)
@given(cycles(), st.randoms(use_true_random=False))
def test_the_order_of_flows_changes_nothing(
    cycle: tuple[PriceBook, list[Flow], list[BenefitFlow]], random: object
) -> None:
    book, flows, benefits = cycle
    shuffled = flows.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert set(price_cycle(flows, benefits, book).lines) == set(price_cycle(shuffled, benefits, book).lines)
