"""What the settlement commands do: a step or a question at the desk, then a page for people or JSON for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from domain.audit import sealing
from domain.banking import ending
from domain.banking.means import all_means
from domain.errors import InvalidValue
from domain.settlement import answers, computing, cycles, days, forecasting, queries
from domain.settlement.concentration import concentration
from domain.settlement.disputing import queries as disputes
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import Party, partner
from domain.settlement.queries import Line
from domain.storage import Row
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.dispute.tables import disputed_part
from hansa.commands.prepaid.tables import means_table
from hansa.commands.settle import tables
from partners.scopes import Scope

COMPUTED = (CycleState.COMPUTED, CycleState.PROPOSED, CycleState.APPROVED, CycleState.INSTRUCTED)


async def status(desk: Desk, *, json: bool) -> None:
    """All cycles, and the open one's forecast."""
    found = await desk.ctx.read(queries.all_cycles)
    if not found:
        return reporting.as_json({"cycles": []}) if json else reporting.say("No cycle is open yet: hansa settle open")
    forecast = await desk.ctx.read(forecasting.running_position, now=desk.ctx.now)
    carried = await desk.ctx.read(concentration, forecast.cycle)
    series = await desk.ctx.read(days.position_days, now=desk.ctx.now)
    bounded = await desk.ctx.read(all_means, now=desk.ctx.now)
    if json:
        told = {"cycles": found, "forecast": forecast, "days": series, "concentration": carried.sponsors}
        return reporting.as_json(plain(told | {"means": bounded}))
    newest = next((cycle for cycle in found if cycle.state != CycleState.OPEN), found[0])
    page = (tables.rail(newest), tables.cycles_table(found), tables.forecast_part(desk, forecast))
    means = [means_table(desk, bounded)] if bounded else []
    return tables.show(*page, *means, tables.days_table(desk, series), tables.concentration_part(desk, carried))


async def open_first(desk: Desk, name: str | None, *, json: bool) -> None:
    """The first cycle."""
    _say(await desk.ctx.write(cycles.open_first, now=desk.ctx.now, name=name), json=json)


async def cut_off(desk: Desk, name: str | None, next_name: str | None, *, json: bool) -> None:
    """The cut-off in one transaction, the seal in the next, so that postings wait for an instant only."""
    chosen = await desk.cycle(name, CycleState.OPEN)
    cut = await desk.ctx.write(cycles.cut_off, chosen.cycle_id, now=desk.ctx.now, next_name=next_name)
    _say(await desk.ctx.write(sealing.seal, cut.cycle.cycle_id, now=desk.ctx.now), json=json)


async def compute(desk: Desk, name: str | None, de_minimis: str | None, *, json: bool) -> None:
    """The statements; a seal that a broken connection left out is made up for."""
    smallest = None if de_minimis is None else amount(de_minimis, "de_minimis")
    chosen = await desk.cycle(name, CycleState.COMPUTED, CycleState.CUT_OFF)
    await desk.ctx.write(sealing.seal, chosen.cycle_id, now=desk.ctx.now)
    done = await desk.ctx.write(computing.compute, chosen.cycle_id, now=desk.ctx.now, de_minimis=smallest)
    balances = await desk.ctx.read(queries.balances, chosen.cycle_id)
    if json:
        return reporting.as_json(plain({"cycle": done, "balances": balances}))
    title = f"{done.name}, revision {done.revision}, in {desk.currency}"
    return tables.show(tables.rail(done), tables.balances_table(desk, balances, title=title))


async def propose(desk: Desk, name: str | None, person: str, days: int | None, *, json: bool) -> None:
    """The statements, laid before the partners."""
    chosen = await desk.cycle(name, CycleState.COMPUTED)
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    done = await desk.ctx.write(cycles.propose, chosen.cycle_id, by=by, now=desk.ctx.now, days_to_answer=days)
    _say(done, json=json)


async def approve(desk: Desk, name: str | None, person: str, *, json: bool) -> None:
    """The second person's word."""
    chosen = await desk.cycle(name, CycleState.PROPOSED)
    by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
    _say(await desk.ctx.write(cycles.approve, chosen.cycle_id, by=by, now=desk.ctx.now), json=json)


async def void(desk: Desk, name: str | None, person: str, reason: str, *, json: bool) -> None:
    """A proposal or an approval taken back."""
    chosen = await desk.cycle(name, CycleState.APPROVED, CycleState.PROPOSED)
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    _say(await desk.ctx.write(cycles.void, chosen.cycle_id, by=by, reason=reason, now=desk.ctx.now), json=json)


async def close(desk: Desk, name: str | None, person: str, *, json: bool) -> None:
    """A settled cycle, put away."""
    chosen = await desk.cycle(name, CycleState.SETTLED)
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    _say(await desk.ctx.write(ending.close, chosen.cycle_id, by=by, now=desk.ctx.now), json=json)


async def answers_of(desk: Desk, name: str | None, *, json: bool) -> None:
    """What each partner says."""
    chosen = await desk.cycle(name, CycleState.PROPOSED, *COMPUTED[2:])
    found = await desk.ctx.read(answers.answers_of, chosen.cycle_id, now=desk.ctx.now)
    if json:
        return reporting.as_json(plain({"cycle": chosen.name, "answers": found}))
    return tables.show(tables.rail(chosen), tables.answers_table(desk, found))


async def answer(desk: Desk, name: str | None, slug: str, person: str, *, json: bool) -> None:
    """A partner's word, by one of its own people."""
    chosen = await desk.cycle(name, CycleState.PROPOSED)
    partner_id = desk.partner(slug)
    by = await desk.person(person, Scope.SETTLEMENT_DISPUTE, partner_id)
    await desk.ctx.write(answers.accept, chosen.cycle_id, partner_id, by=by, now=desk.ctx.now)
    await answers_of(desk, chosen.name, json=json)


async def statement(desk: Desk, name: str | None, slug: str, *, json: bool) -> None:
    """One partner's statement with all its lines."""
    party = partner(desk.partner(slug))
    chosen = await desk.cycle(name, *COMPUTED)
    view = await desk.ctx.read(queries.party_statement, chosen.cycle_id, party)
    lines = await _every_line(desk, chosen, party)
    whose = (chosen.cycle_id, desk.partner(slug))
    disputed = await desk.ctx.read(disputes.disputes_of_party, *whose)
    credit = await desk.ctx.read(disputes.provisional_credit, *whose)
    if json:
        said = {"balance": view.balance, "by_kind": view.by_kind, "lines": lines, "provisional_credit": credit}
        return reporting.as_json(plain(said))
    return tables.show(tables.statement_part(desk, view, party, lines), disputed_part(desk, disputed, credit))


async def netting(desk: Desk, name: str | None, *, json: bool) -> None:
    """Who owes whom, and the payments that settle it."""
    chosen = await desk.cycle(name, *COMPUTED)
    found = await desk.ctx.read(queries.netting_of, chosen.cycle_id)
    if json:
        return reporting.as_json(plain(found))
    return tables.show(tables.rail(chosen), tables.netting_part(desk, found))


def _say(cycle: Cycle, *, json: bool) -> None:
    """Where a cycle stands after a step."""
    if json:
        return reporting.as_json(plain(cycle))
    return tables.show(tables.rail(cycle), tables.cycles_table([cycle]))


async def _every_line(desk: Desk, cycle: Cycle, party: Party) -> list[Line]:
    return await desk.whole(queries.lines, cycle.cycle_id, party)


def amount(words: str, name: str) -> Decimal:
    """An amount as somebody typed it. Raises: InvalidValue."""
    try:
        return Decimal(words)
    except ArithmeticError:
        raise InvalidValue(f"{words!r} is not an amount", path=(name,)) from None


def plain(value: Any) -> Any:
    """A value as JSON knows it: parties by role or id, hashes in hexadecimal, amounts as strings."""
    shown: Any = value
    match value:
        case Party() | Fraction():
            shown = str(value)
        case bytes():
            shown = value.hex()
        case Decimal():
            shown = f"{value:f}"
        case Row():
            shown = plain(value.model_dump())
        case Mapping():
            shown = _pairs(value) if any(isinstance(key, tuple) for key in value) else _named(value)
        case list() | tuple():
            shown = [plain(part) for part in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            shown = {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return shown


def _named(value: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): plain(part) for key, part in value.items()}


def _pairs(value: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """Obligations: who owes whom how much."""
    return [{"debtor": str(pair[0]), "creditor": str(pair[1]), "amount": owed} for pair, owed in value.items()]
