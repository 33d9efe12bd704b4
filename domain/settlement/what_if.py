"""What a cycle would have come to under another contract: the same transfers, priced once more. Nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal

from sqlalchemy import text

from domain.coalition.founding import coalition_of
from domain.coalition.models import Contract
from domain.ids import ContractId, CycleId, PartnerId
from domain.settlement.adjustments import adjustments_in, money_line
from domain.settlement.exact import ZERO
from domain.settlement.facts import benefits_of, flows_of, price_book, set_aside_in, terms_of
from domain.settlement.lines import LineKind, MoneyLine
from domain.settlement.models import Cycle
from domain.settlement.parties import OPERATOR, Party, partner
from domain.settlement.pricing import Priced, price_cycle
from domain.settlement.statements import DrawnUp, draw_up
from domain.settlement.terms import BenefitFlow, Flow, PriceBook, Terms
from domain.storage import ReadSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What happened in a cycle, and what it was priced by."""

    flows: tuple[Flow, ...]
    benefits: tuple[BenefitFlow, ...]
    book: PriceBook
    adjustments: tuple[MoneyLine, ...] = ()
    failed: frozenset[Party] = frozenset()
    volumes: Mapping[CycleId, int] = field(default_factory=dict)
    """How many points the partner in question accrued in earlier cycles, for the bands of another contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What one party's cycle came to, and what it would have; positive is received, negative is paid."""

    party: Party
    before: Mapping[LineKind, Decimal]
    after: Mapping[LineKind, Decimal]
    net_before: Decimal
    net_after: Decimal

    @property
    def difference(self) -> Decimal:
        """How much better (or, below nought, worse) off the party would have been."""
        return self.net_after - self.net_before

    @property
    def kinds(self) -> list[LineKind]:
        """The kinds of lines on either side, in the order of statements."""
        return [kind for kind in LineKind if kind in self.before or kind in self.after]


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """A cycle as it is, and as it would have been under a contract."""

    cycle: Cycle
    contract: Contract
    currency: str
    is_forecast: bool
    """The cycle is still open: both sides can change until it is cut off."""
    always: bool
    """Points of earlier cycles count as issued under the contract too."""
    price_before: Decimal | None
    price_after: Decimal | None
    """What each point of the partner's cost that was awarded in the cycle; None: none was."""
    changes: tuple[Change, ...]
    """The partner first, then others who would have ended otherwise, then the operator and the house."""

    def of(self, party: Party) -> Change | None:
        """The change of one party."""
        return next((change for change in self.changes if change.party == party), None)


def under(facts: Facts, terms: Terms, *, always: bool = False) -> Facts:
    """The same happenings under other terms of their partner.

    What it accrued in the cycle, honoured, and owes for the cycle itself goes by the new terms. Points of earlier
    cycles stay as they were issued; with `always` they too count as issued under the new terms, at the price of the
    band their cycle reached. What goes by terms that are the same in all figures is left as it is.
    """
    book, whose = facts.book, terms.partner_id

    def replaced(version: ContractId | None, *, concerned: bool) -> ContractId | None:
        if version is None or not concerned or book.terms_of(version).partner_id != whose:
            return version
        return version if _same(book.terms_of(version), terms) else terms.contract_id

    def turned(flow: Flow) -> Flow:
        of_now = always or flow.accrual_cycle_id == book.cycle_id
        sponsor = replaced(flow.sponsor_contract_id, concerned=of_now and flow.sponsor_id == whose)
        redeemer = replaced(flow.redeemer_contract_id, concerned=True)
        assert sponsor is not None
        return replace(flow, sponsor_contract_id=sponsor, redeemer_contract_id=redeemer)

    current = book.in_force.get(whose)
    stays = current is not None and _same(book.terms_of(current), terms)
    in_force = book.in_force if stays else {**book.in_force, whose: terms.contract_id}
    known = {terms.contract_id: terms, **book.terms}
    effective = dict(book.effective)
    for cycle_id, volume in facts.volumes.items():
        effective.setdefault((terms.contract_id, cycle_id), terms.price_at(volume))
    return replace(
        facts,
        flows=tuple(turned(flow) for flow in facts.flows),
        book=replace(book, terms=known, in_force=in_force, effective=effective),
    )


def changes_between(before: DrawnUp, after: DrawnUp, *, always_shown: Iterable[Party]) -> tuple[Change, ...]:
    """What differs between two drawings of a cycle, party by party; some are shown in any case."""
    old, new = _nets(before), _nets(after)
    shown = set(always_shown)
    found = []
    for party in sorted({*old, *new, *shown}):
        change = Change(
            party=party,
            before=_by_kind(before, party),
            after=_by_kind(after, party),
            net_before=old.get(party, ZERO),
            net_after=new.get(party, ZERO),
        )
        if party in shown or change.before != change.after:
            found.append(change)
    return tuple(found)


def drawn(facts: Facts) -> tuple[Priced, DrawnUp]:
    """The cycle priced and drawn up, as the close does it; balances of earlier cycles are not in it."""
    priced = price_cycle(facts.flows, facts.benefits, facts.book)
    statements = draw_up(
        [*priced.lines, *facts.adjustments],
        openings={},
        members=[partner(partner_id) for partner_id in facts.book.in_force],
        de_minimis=ZERO,
        digits=facts.book.digits,
        failed=facts.failed,
    )
    return priced, statements


async def what_if(
    session: ReadSession, contract: Contract, cycle: Cycle, *, now: datetime, always: bool = False
) -> WhatIf:
    """What a cycle would have come to under a contract, drafts included; read with the coalition's sight.

    Raises: PriceUnknown, ForeignCurrency.
    """
    facts = await facts_of(session, cycle, PartnerId(contract.partner_id), now=now)
    terms = terms_of(contract)
    priced, before = drawn(facts)
    repriced, after = drawn(under(facts, terms, always=always))
    own = partner(terms.partner_id)

    def first_own(change: Change) -> tuple[bool, bool, Party]:
        return change.party != own, change.party.partner_id is None, change.party

    return WhatIf(
        cycle=cycle,
        contract=contract,
        currency=(await coalition_of(session)).currency,
        is_forecast=cycle.cut_off_at is None,
        always=always,
        price_before=_price(priced, terms.partner_id),
        price_after=_price(repriced, terms.partner_id),
        changes=tuple(sorted(changes_between(before, after, always_shown=(own, OPERATOR)), key=first_own)),
    )


async def facts_of(session: ReadSession, cycle: Cycle, partner_id: PartnerId, *, now: datetime) -> Facts:
    """Everything a cycle comes from: as of its cut-off, or as of now while it is open."""
    cycle_id = CycleId(cycle.cycle_id)
    return Facts(
        flows=tuple(await flows_of(session, cycle_id)),
        benefits=tuple(await benefits_of(session, cycle_id)),
        book=await price_book(session, cycle, at=cycle.cut_off_at or now),
        adjustments=tuple(money_line(row) for row in await adjustments_in(session, cycle_id)),
        failed=frozenset(await set_aside_in(session, cycle_id)),
        volumes=await _volumes(session, cycle_id, partner_id),
    )


async def _volumes(session: ReadSession, cycle_id: CycleId, partner_id: PartnerId) -> dict[CycleId, int]:
    sql = (
        "SELECT cycle_id, sum(volume)::bigint AS volume FROM effective_price"
        " WHERE partner_id = :partner_id AND cycle_id <> :cycle_id GROUP BY cycle_id"
    )
    rows = await session.execute(text(sql), {"partner_id": partner_id, "cycle_id": cycle_id})
    return {row.cycle_id: row.volume for row in rows}


def _same(one: Terms, other: Terms) -> bool:
    return replace(one, contract_id=other.contract_id) == other


def _price(priced: Priced, partner_id: PartnerId) -> Decimal | None:
    """Of the version most points were accrued under, where there are several."""
    own = [price for price in priced.effective if price.partner_id == partner_id]
    return max(own, key=lambda price: price.volume).price if own else None


def _nets(statements: DrawnUp) -> dict[Party, Decimal]:
    return {balance.party: balance.net for balance in statements.balances}


def _by_kind(statements: DrawnUp, party: Party) -> dict[LineKind, Decimal]:
    sums: dict[LineKind, Decimal] = {}
    for line in statements.lines:
        if party in {line.debtor, line.creditor}:
            sums[line.kind] = sums.get(line.kind, ZERO) + line.signed(party)
    return {kind: sums[kind] for kind in LineKind if sums.get(kind)}
