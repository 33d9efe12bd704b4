"""What the commands of contracts and companies do: a step or a question at the desk, then a page or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.text import Text

from domain.coalition import companies, contracts, queries
from domain.coalition.companies import Account, CompanyDetails
from domain.coalition.comparing import LABELS, compare, in_words, written
from domain.coalition.contracts import Terms
from domain.coalition.errors import CompanyNotFound
from domain.coalition.models import BankOutcome, Contract, LegalEntity
from domain.coalition.written_terms import changed
from domain.earning import exclusivity
from domain.errors import InvalidValue, NotFound
from domain.ids import PersonId
from domain.settlement import what_if as pricing
from domain.settlement.models import Cycle, CycleState
from domain.settlement.queries import all_cycles, cycle_named
from hansa import reporting
from hansa.commands.contract import tables
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show as on_page
from partners.scopes import Scope
from resolvers import consequences

OPERATOR = "operator"


async def show(desk: Desk, slug: str, version: int | None, *, json: bool) -> None:
    """All versions, and the terms of one."""
    versions = await _versions(desk, slug)
    chosen = _chosen(versions, version)
    terms = contracts.terms_of(chosen)
    if json:
        return reporting.as_json({"versions": [_plain(one) for one in versions], "terms": _written(terms)})
    rows = [(LABELS[name], in_words(name, getattr(terms, name))) for name in LABELS]
    return on_page(tables.versions(versions), tables.terms(rows, title=f"Version {chosen.version}"))


async def draw_up(
    desk: Desk,
    slug: str,
    valid_from: str,
    changes: Sequence[str],
    base: int | None,
    person: str | None,
    *,
    json: bool,
) -> None:
    """The next version, out of an earlier one."""
    known = await desk.ctx.read(queries.contracts_of, desk.partner(slug))
    starts = begins(desk, valid_from)
    signed = [one for one in known if one.signed_at is not None]
    start = _chosen(known, base) if base is not None else signed[0] if signed else None
    terms = Terms(valid_from=starts) if start is None else contracts.terms_of(start)
    wanted = changed(terms, {**_pairs(changes), "valid_from": starts.isoformat()})
    by = await _by(desk, person, Scope.PARTNERS_MANAGE)
    drawn = await desk.ctx.write(contracts.draw_up, desk.partner(slug), wanted, by=by, now=desk.ctx.now)
    _say(drawn, terms if start is not None else None, json=json)


async def change(
    desk: Desk, slug: str, version: int, changes: Sequence[str], person: str | None, *, json: bool
) -> None:
    """A draft, written anew."""
    draft = _chosen(await _versions(desk, slug), version)
    before = contracts.terms_of(draft)
    by = await _by(desk, person, Scope.PARTNERS_MANAGE)
    wanted = changed(before, _pairs(changes))
    done = await desk.ctx.write(contracts.change, draft.contract_id, wanted, by=by, now=desk.ctx.now)
    _say(done, before, json=json)


async def withdraw(desk: Desk, slug: str, version: int, person: str | None, *, json: bool) -> None:
    """A draft, given up."""
    draft = _chosen(await _versions(desk, slug), version)
    by = await _by(desk, person, Scope.PARTNERS_MANAGE)
    _say(await desk.ctx.write(contracts.withdraw, draft.contract_id, by=by, now=desk.ctx.now), None, json=json)


async def diff(desk: Desk, slug: str, version: int | None, against: int | None, *, json: bool) -> None:
    """Two versions side by side."""
    versions = await _versions(desk, slug)
    chosen = _chosen(versions, version)
    before = _chosen(versions, against) if against is not None else _signed_before(versions, chosen)
    found = compare(contracts.terms_of(before), contracts.terms_of(chosen))
    if json:
        return reporting.as_json([{name: getattr(one, name) for name in one.__slots__} for one in found])
    return on_page(tables.differences(found, title=f"Version {before.version} → version {chosen.version}"))


async def what_if(
    desk: Desk,
    slug: str,
    version: int | None,
    cycle: str | None,
    *,
    always: bool,
    json: bool,
) -> None:
    """A cycle as it is, and as it would have been."""
    chosen = _chosen(await _versions(desk, slug), version)
    found = await desk.ctx.read(pricing.what_if, chosen, await _cycle(desk, cycle), now=desk.ctx.now, always=always)
    if json:
        return reporting.as_json(tables.plain_what_if(desk, found))
    return on_page(*tables.what_if(desk, found))


async def sign(desk: Desk, slug: str, version: int, person: str | None, *, json: bool) -> None:
    """The second person's signature."""
    draft = _chosen(await _versions(desk, slug), version)
    by = await _by(desk, person, Scope.PARTNERS_MANAGE, Scope.SETTLEMENT_APPROVE)
    done = await desk.ctx.write(exclusivity.sign, draft.contract_id, now=desk.ctx.now, by=by, revision=draft.revision)
    await consequences.of_credit(desk.ctx)
    _say(done, None, json=json)


async def show_company(desk: Desk, slug: str | None, *, json: bool) -> None:
    """A company and its account."""
    company = await desk.ctx.read(companies.company_of, _whose(desk, slug))
    waiting = await desk.ctx.read(companies.waiting_for, company.legal_entity_id)
    _say_company(company, waiting.iban if waiting else None, json=json)


async def change_company(desk: Desk, slug: str | None, parts: Sequence[str], *, json: bool) -> None:
    """A company's address and the like; the operator's is entered where there is none."""
    given = _pairs(parts)
    unknown = sorted(set(given) - set(CompanyDetails.__slots__))
    if unknown:
        known = ", ".join(CompanyDetails.__slots__)
        raise InvalidValue(f"a company has no {unknown[0]}; it has {known}", path=(unknown[0],))
    details = CompanyDetails(**given)
    whose = _whose(desk, slug)
    try:
        changed_company = await desk.ctx.write(companies.change, whose, details)
    except CompanyNotFound:
        if whose is not None:
            raise
        changed_company = await desk.ctx.write(companies.enter_operator, details)
    _say_company(changed_company, None, json=json)


async def propose_account(desk: Desk, slug: str, iban: str, bic: str | None, person: str | None, *, json: bool) -> None:
    """An account, proposed; in a sandbox or at the founding it holds at once."""
    by = await _by(desk, person, Scope.PARTNERS_MANAGE)
    whose = _whose(desk, slug)
    waiting = await desk.ctx.write(companies.propose_account, whose, Account.of(iban, bic), by=by, now=desk.ctx.now)
    company = await desk.ctx.read(companies.company_of, whose)
    _say_company(company, waiting.iban if waiting else None, json=json)


async def decide_account(desk: Desk, slug: str, person: str, *, reject: bool, json: bool) -> None:
    """The second person's word on the account that waits."""
    company = await desk.ctx.read(companies.company_of, _whose(desk, slug))
    waiting = await desk.ctx.read(companies.waiting_for, company.legal_entity_id)
    if waiting is None:
        raise NotFound("No account of this company waits for anybody.", path=("partner",))
    by = await desk.either(person, Scope.PARTNERS_MANAGE, Scope.SETTLEMENT_APPROVE)
    outcome = BankOutcome.REJECTED if reject else BankOutcome.CONFIRMED
    await desk.ctx.write(companies.decide_account, waiting.bank_change_id, outcome, by=by, now=desk.ctx.now)
    _say_company(await desk.ctx.read(companies.company_of, _whose(desk, slug)), None, json=json)


async def _versions(desk: Desk, slug: str) -> list[Contract]:
    found = await desk.ctx.read(queries.contracts_of, desk.partner(slug))
    if not found:
        raise NotFound(f"{slug} has no contract yet: hansa contract draw-up {slug}", path=("partner",))
    return found


def _chosen(versions: Sequence[Contract], number: int | None) -> Contract:
    if number is None:
        return versions[0]
    for version in versions:
        if version.version == number:
            return version
    raise NotFound(f"There is no version {number}; there are 1 to {versions[0].version}.", path=("version",))


def _signed_before(versions: Sequence[Contract], chosen: Contract) -> Contract:
    for version in versions:
        if version.signed_at is not None and version.version < chosen.version:
            return version
    raise NotFound(f"No version was signed before {chosen.version}; name one with --against.", path=("against",))


async def _cycle(desk: Desk, name: str | None) -> Cycle:
    if name is not None:
        return await desk.ctx.read(cycle_named, name)
    found = await desk.ctx.read(all_cycles)
    if not found:
        raise NotFound("No cycle is open yet: hansa settle open", path=("cycle",))
    return next((cycle for cycle in found if cycle.state != CycleState.OPEN), found[0])


async def _by(desk: Desk, person: str | None, *scopes: Scope) -> PersonId | None:
    return None if person is None else await desk.either(person, *scopes)


def _whose(desk: Desk, slug: str | None) -> UUID | None:
    return None if slug in {None, OPERATOR} else desk.partner(str(slug))


def _pairs(words: Sequence[str]) -> dict[str, str]:
    """What was set, each as name=value. Raises: InvalidValue."""
    pairs = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals:
            raise InvalidValue(f"write name=value, not {word!r}", path=("set",))
        pairs[name.strip().replace("-", "_")] = value
    return pairs


def begins(desk: Desk, words: str) -> datetime:
    """A day begins at midnight in the coalition's time zone. Raises: InvalidValue."""
    try:
        moment = datetime.fromisoformat(words)
    except ValueError:
        raise InvalidValue(f"{words!r} is neither a day such as 2027-01-01 nor a time", path=("valid_from",)) from None
    if moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=ZoneInfo(desk.coalition.time_zone))


def _plain(contract: Contract) -> dict[str, Any]:
    return contract.model_dump(mode="json")


def _written(terms: Terms) -> Mapping[str, str]:
    return {name: written(getattr(terms, name)) for name in LABELS}


def _say(contract: Contract, before: Terms | None, *, json: bool) -> None:
    if json:
        return reporting.as_json(_plain(contract))
    parts: list[Any] = [tables.versions([contract])]
    if before is not None:
        parts.append(tables.differences(compare(before, contracts.terms_of(contract)), title="What is new"))
    return on_page(*parts)


def _say_company(company: LegalEntity, waiting: str | None, *, json: bool) -> None:
    if json:
        return reporting.as_json(company.model_dump(mode="json") | {"waiting_iban": waiting})
    return on_page(
        tables.company(company),
        Text(f"{waiting} waits for a second person" if waiting else "", style="italic yellow"),
    )
