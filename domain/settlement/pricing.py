"""From transfers to money: every movement of points, priced by the contracts, as lines between two parties.

Nothing here touches a database or a clock. All arithmetic is exact; a line is rounded once, and both its sides carry
the same figure, so all statements together add up to nothing by construction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from domain.ids import ContractId, CycleId, PartnerId
from domain.settlement.errors import PriceUnknown
from domain.settlement.exact import ONE, ZERO, exactly
from domain.settlement.lines import LineBook, LineKind, MoneyLine, Origin, Source, rounding_lines
from domain.settlement.parties import CHARITY, OPERATOR, TAX, Party, partner
from domain.settlement.terms import BenefitFlow, Flow, PriceBook, Terms
from domain.values import split


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectivePrice:
    """The price all points of a contract version cost that were accrued in a cycle."""

    contract_id: ContractId
    partner_id: PartnerId
    volume: int
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Priced:
    """A cycle in money."""

    lines: tuple[MoneyLine, ...]
    effective: tuple[EffectivePrice, ...]


@dataclass(slots=True)
class _Pricing:
    """One run: the book of lines, and what tax and fees will be taken of."""

    book: PriceBook
    lines: LineBook
    effective: Mapping[ContractId, EffectivePrice]
    supplied: dict[ContractId, Decimal] = field(default_factory=dict)
    credited: dict[ContractId, Decimal] = field(default_factory=dict)

    def price_of(self, contract_id: ContractId, cycle_id: CycleId) -> Decimal:
        """What each point accrued then in lots of that version costs."""
        if cycle_id == self.book.cycle_id:
            return self.effective[contract_id].price
        try:
            return self.book.effective[contract_id, cycle_id]
        except KeyError:
            raise PriceUnknown(contract_id, cycle_id) from None

    def supply(self, contract_id: ContractId, amount: Decimal) -> None:
        """Remember what tax of supply is taken of."""
        self.supplied[contract_id] = self.supplied.get(contract_id, ZERO) + amount

    def credit(self, contract_id: ContractId | None, amount: Decimal) -> None:
        """Remember what tax of credit is taken of."""
        if contract_id is not None:
            self.credited[contract_id] = self.credited.get(contract_id, ZERO) + amount


def price_cycle(flows: Iterable[Flow], benefits: Iterable[BenefitFlow], book: PriceBook) -> Priced:
    """All money lines of a cycle, and the prices it settles on.

    Raises: PriceUnknown.
    """
    flows = list(flows)
    with exactly():
        effective = effective_prices(flows, book)
        run = _Pricing(book=book, lines=LineBook(book.digits), effective=effective)
        for flow in flows:
            _price_flow(run, flow)
        _share_breakage(run, flows)
        for benefit in benefits:
            _price_benefit(run, benefit)
        _charge_fees(run, flows)
        _charge_taxes(run)
        lines = list(_taken_over(run.lines.lines(), book.taken_over))
        lines += rounding_lines(lines, book.digits)
    return Priced(lines=tuple(lines), effective=tuple(effective.values()))


def _taken_over(lines: Iterable[MoneyLine], left: frozenset[PartnerId]) -> Iterator[MoneyLine]:
    """With the operator in the place of partners that have left; it owes itself nothing, and is supplied by nobody."""
    for line in lines:
        debtor, creditor = (OPERATOR if side.partner_id in left else side for side in (line.debtor, line.creditor))
        changed = (debtor, creditor) != (line.debtor, line.creditor)
        if not changed:
            yield line
        elif debtor != creditor and line.kind is not LineKind.TAX:
            yield replace(line, debtor=debtor, creditor=creditor)


def source_of(flow: Flow) -> Source | None:
    """What a movement of points is to settlement; nothing when no money hangs on it."""
    match flow.kind, flow.debit:
        case "ADJUST", "ISSUED":
            return Source.ADJUST
        case "ADJUST", _:
            return Source.ADJUST_BACK
        case "CLAWBACK", "DEBT":
            return None
        case ("ACCRUE" | "CLAWBACK" | "REDEEM" | "UNREDEEM" | "REPAY" | "EXPIRE") as kind, _:
            return Source(kind)
        case _:
            return None


def effective_prices(flows: Iterable[Flow], book: PriceBook) -> dict[ContractId, EffectivePrice]:
    """The price of the band that each version's net accruals of the cycle reached."""
    volumes: Counter[ContractId] = Counter()
    for flow in flows:
        if flow.accrual_cycle_id == book.cycle_id:
            volumes[flow.sponsor_contract_id] += _VOLUME.get(source_of(flow), 0) * flow.points
    return {version: _effective(book.terms_of(version), volumes[version]) for version in sorted(volumes)}


_VOLUME: Mapping[Source | None, int] = {
    Source.ACCRUE: 1,
    Source.ADJUST: 1,
    Source.CLAWBACK: -1,
    Source.ADJUST_BACK: -1,
}


def _effective(terms: Terms, volume: int) -> EffectivePrice:
    return EffectivePrice(
        contract_id=terms.contract_id, partner_id=terms.partner_id, volume=volume, price=terms.price_at(volume)
    )


def _price_flow(run: _Pricing, flow: Flow) -> None:
    source = source_of(flow)
    match source:
        case Source.ACCRUE:
            _charge_issuance(run, flow, source, LineKind.CO_FUNDING if flow.cofunded else LineKind.ISSUANCE)
        case Source.ADJUST | Source.ADJUST_BACK:
            _charge_issuance(run, flow, source, LineKind.ADJUSTMENT)
        case Source.CLAWBACK:
            _charge_issuance(run, flow, source, LineKind.REVERSAL)
        case Source.REDEEM:
            _charge_redemption(run, flow, source, LineKind.REDEMPTION)
        case Source.UNREDEEM:
            _charge_redemption(run, flow, source, LineKind.REVERSAL)
        case Source.REPAY:
            _charge_redemption(run, flow, source, LineKind.REPAYMENT)
        case _:
            pass


def _charge_issuance(run: _Pricing, flow: Flow, source: Source, kind: LineKind) -> None:
    """What the sponsor owes the operator when points are earned, or gets back when they are taken away unspent."""
    terms = run.book.terms_of(flow.sponsor_contract_id)
    price = run.price_of(flow.sponsor_contract_id, flow.accrual_cycle_id)
    origin = Origin(source=source, sponsor_id=flow.sponsor_id, contract_id=flow.sponsor_contract_id)
    debtor, creditor = _turned(source, partner(flow.sponsor_id), OPERATOR)
    run.lines.owe(
        kind,
        origin,
        debtor,
        creditor,
        points=flow.points,
        price=price,
        share=terms.share_at_issuance,
        cycle_id=flow.accrual_cycle_id,
    )
    run.supply(flow.sponsor_contract_id, _sign(source) * flow.points * price * terms.share_at_issuance)


def _charge_redemption(run: _Pricing, flow: Flow, source: Source, kind: LineKind) -> None:
    """What the redeemer is owed: by the operator what was paid in, by the sponsor the rest, and the margin."""
    assert flow.redeemer_id is not None, "a spend names who gave value for it"
    terms = run.book.terms_of(flow.sponsor_contract_id)
    price = run.price_of(flow.sponsor_contract_id, flow.accrual_cycle_id)
    reimbursement, credit_contract_id = _reimbursement(run.book, flow)
    origin = Origin(
        source=source,
        sponsor_id=flow.sponsor_id,
        contract_id=flow.sponsor_contract_id,
        redeemer_id=flow.redeemer_id,
        redeemer_contract_id=flow.redeemer_contract_id,
        credit_contract_id=credit_contract_id,
    )
    sponsor, redeemer = partner(flow.sponsor_id), partner(flow.redeemer_id)
    for heading, debtor, creditor, at, share in (
        (kind, OPERATOR, redeemer, reimbursement, terms.share_at_issuance),
        (kind, sponsor, redeemer, reimbursement, terms.share_at_redemption),
        (LineKind.MARGIN, sponsor, OPERATOR, price - reimbursement, terms.share_at_redemption),
    ):
        owing, owed = _turned(source, debtor, creditor)
        run.lines.owe(
            heading, origin, owing, owed, points=flow.points, price=at, share=share, cycle_id=flow.accrual_cycle_id
        )
    signed = _sign(source) * flow.points
    run.supply(flow.sponsor_contract_id, signed * price * terms.share_at_redemption)
    run.credit(credit_contract_id, signed * reimbursement)


def _reimbursement(book: PriceBook, flow: Flow) -> tuple[Decimal, ContractId | None]:
    """What a point is worth to who redeems it, and the version its tax of credit falls under."""
    assert flow.redeemer_id is not None
    recorded = flow.redeemer_contract_id
    price = book.standard_price if recorded is None else book.terms_of(recorded).price_redeem
    if recorded is not None and book.terms_of(recorded).partner_id == flow.redeemer_id:
        return price, recorded
    return price, book.in_force.get(flow.redeemer_id)


def _share_breakage(run: _Pricing, flows: list[Flow]) -> None:
    """Only what was paid in for expired points can be shared; what nobody shares stays with the operator."""
    weights = _redeemed(flows)
    expired: Counter[tuple[PartnerId, ContractId, CycleId]] = Counter()
    for flow in flows:
        if source_of(flow) is Source.EXPIRE:
            expired[flow.sponsor_id, flow.sponsor_contract_id, flow.accrual_cycle_id] += flow.points
    for (sponsor_id, contract_id, cycle_id), points in expired.items():
        terms = run.book.terms_of(contract_id)
        origin = Origin(source=Source.EXPIRE, sponsor_id=sponsor_id, contract_id=contract_id)
        due = [
            (origin, partner(sponsor_id), points, terms.breakage.issuer),
            (origin, CHARITY, points, terms.breakage.charity),
        ]
        parts = split(points, list(weights.values())) if weights else []
        for redeemer_id, part in zip(weights, parts, strict=True):
            shared = replace(origin, redeemer_id=redeemer_id)
            due.append((shared, partner(redeemer_id), part, terms.breakage.redeemers))
        for of, creditor, part, share in due:
            run.lines.owe(
                LineKind.BREAKAGE,
                of,
                OPERATOR,
                creditor,
                points=part,
                price=run.price_of(contract_id, cycle_id),
                share=terms.share_at_issuance * share,
                cycle_id=cycle_id,
            )


def _redeemed(flows: list[Flow]) -> dict[PartnerId, int]:
    """The points each partner redeemed in the cycle, less those reversed: the measure redeemers share breakage by."""
    points: Counter[PartnerId] = Counter()
    for flow in flows:
        source = source_of(flow)
        if source in {Source.REDEEM, Source.UNREDEEM} and flow.redeemer_id is not None:
            points[flow.redeemer_id] += _sign(source) * flow.points
    return {redeemer_id: points[redeemer_id] for redeemer_id in sorted(points) if points[redeemer_id] > 0}


def _price_benefit(run: _Pricing, benefit: BenefitFlow) -> None:
    """Money benefits are owed by who funds them to who gave them."""
    source = Source.BENEFIT_BACK if benefit.reversed else Source.BENEFIT
    sponsor_contract = run.book.in_force.get(benefit.sponsor_id)
    redeemer_contract = run.book.in_force.get(benefit.redeemer_id)
    origin = Origin(
        source=source,
        sponsor_id=benefit.sponsor_id,
        contract_id=sponsor_contract,
        redeemer_id=benefit.redeemer_id,
        credit_contract_id=redeemer_contract,
    )
    debtor, creditor = _turned(source, partner(benefit.sponsor_id), partner(benefit.redeemer_id))
    kind = LineKind.REVERSAL if benefit.reversed else LineKind.BENEFIT
    run.lines.owe(kind, origin, debtor, creditor, base=benefit.amount)
    signed = _sign(source) * benefit.amount
    run.credit(redeemer_contract, signed)
    run.credit(sponsor_contract, -signed)


def _charge_fees(run: _Pricing, flows: list[Flow]) -> None:
    """Fees on what was accrued, by the version of the lots; fixed fee and minimum by the version in force."""
    accrued: Counter[ContractId] = Counter()
    for flow in flows:
        if source_of(flow) in {Source.ACCRUE, Source.ADJUST}:
            accrued[flow.sponsor_contract_id] += flow.points
    due: dict[PartnerId, Decimal] = {}
    for contract_id in sorted(accrued):
        terms, points = run.book.terms_of(contract_id), accrued[contract_id]
        issued = points * run.price_of(contract_id, run.book.cycle_id) * terms.share_at_issuance
        counted = points * terms.fee_per_point + issued * terms.fee_share
        due[terms.partner_id] = due.get(terms.partner_id, ZERO) + counted
        _fee(run, terms, Source.FEE_PER_POINT, points=points, price=terms.fee_per_point)
        _fee(run, terms, Source.FEE_SHARE, base=issued, share=terms.fee_share)
    for partner_id in sorted(run.book.in_force):
        terms = run.book.terms_of(run.book.in_force[partner_id])
        lacking = terms.fee_minimum - terms.fee_fixed - due.get(partner_id, ZERO)
        _fee(run, terms, Source.FEE_FIXED, base=terms.fee_fixed)
        _fee(run, terms, Source.FEE_MINIMUM, base=max(ZERO, lacking))


def _fee(
    run: _Pricing,
    terms: Terms,
    source: Source,
    *,
    points: int | None = None,
    base: Decimal = ZERO,
    price: Decimal | None = None,
    share: Decimal = ONE,
) -> None:
    origin = Origin(source=source, sponsor_id=terms.partner_id, contract_id=terms.contract_id)
    debtor = partner(terms.partner_id)
    run.lines.owe(LineKind.FEE, origin, debtor, OPERATOR, points=points, base=base, price=price, share=share)
    run.supply(terms.contract_id, ((points or 0) * price if price is not None else base) * share)


def _charge_taxes(run: _Pricing) -> None:
    """Tax goes through one account: in from who was supplied, out to who is credited, each at its own rate."""
    for contract_id in sorted(run.supplied):
        terms = run.book.terms_of(contract_id)
        origin = Origin(source=Source.TAX_OF_SUPPLY, sponsor_id=terms.partner_id, contract_id=contract_id)
        payer = partner(terms.partner_id)
        base = run.supplied[contract_id]
        run.lines.owe(LineKind.TAX, origin, payer, TAX, base=base, share=terms.tax_of_supply)
    for contract_id in sorted(run.credited):
        terms = run.book.terms_of(contract_id)
        origin = Origin(source=Source.TAX_OF_CREDIT, redeemer_id=terms.partner_id, credit_contract_id=contract_id)
        payee = partner(terms.partner_id)
        base = run.credited[contract_id]
        run.lines.owe(LineKind.TAX, origin, TAX, payee, base=base, share=terms.tax_of_credit)


def _sign(source: Source) -> int:
    return -1 if source.gives_back else 1


def _turned(source: Source, debtor: Party, creditor: Party) -> tuple[Party, Party]:
    """The two sides, exchanged when an earlier line is given back."""
    return (creditor, debtor) if source.gives_back else (debtor, creditor)
