"""What the settlement commands do beside the steps of a cycle: settings, partners that fail, adjustments by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.errors import InvalidValue, NotFound
from domain.settlement import adjustments, failing, queries
from domain.settlement import policy as policies
from domain.settlement.adjustment_models import AdjustmentReason, SettlementAdjustment
from domain.settlement.adjustments import Adjustment
from domain.settlement.failure_models import Fate
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import CHARITY, OPERATOR, TAX, Party, partner
from domain.settlement.policy_models import SettlementPolicy
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.settle import tables
from hansa.commands.settle.work import amount, plain
from partners.scopes import Scope

BEFORE_MONEY = (CycleState.APPROVED, CycleState.PROPOSED, CycleState.COMPUTED, CycleState.CUT_OFF)
AFTER_MONEY = (CycleState.INSTRUCTED, CycleState.SETTLED, CycleState.CLOSED)
HOUSE = {"operator": OPERATOR, "charity": CHARITY, "tax": TAX}


async def set_aside(desk: Desk, name: str | None, slug: str, person: str, reason: str, *, json: bool) -> None:
    """A partner to be left out of a cycle."""
    chosen = await desk.cycle(name, *BEFORE_MONEY)
    await _ask(desk, chosen, slug, person, reason, Fate.SET_ASIDE, json=json)


async def take_back(desk: Desk, name: str | None, slug: str, person: str, reason: str, *, json: bool) -> None:
    """A partner that recovered."""
    chosen = await desk.cycle(name, *BEFORE_MONEY, *AFTER_MONEY)
    await _ask(desk, chosen, slug, person, reason, Fate.TAKEN_BACK, json=json)


async def write_off(desk: Desk, name: str | None, slug: str, person: str, reason: str, *, json: bool) -> None:
    """A partner that did not."""
    chosen = await desk.cycle(name, *AFTER_MONEY)
    await _ask(desk, chosen, slug, person, reason, Fate.WRITTEN_OFF, json=json)


async def agree(desk: Desk, name: str | None, slug: str, person: str, *, json: bool) -> None:
    """The second person's word."""
    chosen = await desk.cycle(name, *BEFORE_MONEY, *AFTER_MONEY)
    by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
    partner_id = desk.partner(slug)
    asked = [row for row in await desk.ctx.read(failing.set_asides_of, chosen.cycle_id) if row.partner_id == partner_id]
    if not asked:
        raise NotFound(f"Nobody asks for anything about {slug} in cycle {chosen.name}.", path=("partner",))
    await desk.ctx.write(failing.agree, asked[-1].set_aside_id, by=by, now=desk.ctx.now)
    await _show_set_asides(desk, chosen, json=json)


async def policy(desk: Desk, words: Sequence[str], person: str | None, *, json: bool) -> None:
    """The settings, after whatever is to be changed."""
    if words:
        if person is None:
            raise InvalidValue("say who changes it: --as", path=("as",))
        by = await desk.person(person, Scope.PARTNERS_MANAGE)
        await desk.ctx.write(policies.change, _changes(words), by=by, now=desk.ctx.now)
    found = await desk.ctx.read(policies.policy_of)
    if json:
        return reporting.as_json(plain(found))
    return tables.show(tables.policy_table(found))


async def adjustments_of(desk: Desk, name: str | None, *, json: bool) -> None:
    """The newest adjustments."""
    cycle_id = None if name is None else (await desk.cycle(name)).cycle_id
    found = await desk.ctx.read(adjustments.visible_adjustments, cycle_id=cycle_id)
    await _show_adjustments(desk, found, json=json)


async def make_adjustment(desk: Desk, words: Mapping[str, str], person: str, *, json: bool) -> None:
    """An adjustment by hand, in the words of the command line."""
    reason = words["reason"]
    if reason not in AdjustmentReason.__members__ or not AdjustmentReason(reason).by_hand:
        raise InvalidValue("by hand the reason is CORRECTION, LATE or WRITE_OFF", path=("reason",))
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    made = Adjustment(
        reason=AdjustmentReason(reason),
        debtor=_party(desk, words["debtor"]),
        creditor=_party(desk, words["creditor"]),
        amount=amount(words["amount"], "amount"),
        adjusts_cycle_id=(await desk.cycle(words["adjusts"])).cycle_id,
        note=words["note"],
    )
    await _show_adjustments(desk, [await desk.ctx.write(adjustments.adjust, made, by=by, now=desk.ctx.now)], json=json)


async def agree_adjustment(desk: Desk, number: str, person: str, *, json: bool) -> None:
    """The second person's word on an adjustment."""
    by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
    done = await desk.ctx.write(adjustments.agree, _id(number), by=by, now=desk.ctx.now)
    await _show_adjustments(desk, [done], json=json)


async def withdraw_adjustment(desk: Desk, number: str, person: str, *, json: bool) -> None:
    """An adjustment given up."""
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    done = await desk.ctx.write(adjustments.withdraw, _id(number), by=by, now=desk.ctx.now)
    await _show_adjustments(desk, [done], json=json)


async def _ask(desk: Desk, chosen: Cycle, slug: str, person: str, reason: str, fate: Fate, *, json: bool) -> None:
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    asked = desk.partner(slug)
    await desk.ctx.write(failing.ask, chosen.cycle_id, asked, fate, reason=reason, by=by, now=desk.ctx.now)
    await _show_set_asides(desk, chosen, json=json)


async def _show_set_asides(desk: Desk, chosen: Cycle, *, json: bool) -> None:
    found = await desk.ctx.read(failing.set_asides_of, chosen.cycle_id)
    aside = await desk.ctx.read(queries.lines_aside, chosen.cycle_id)
    if json:
        return reporting.as_json(plain({"cycle": chosen.name, "set_aside": found, "lines": aside}))
    now = await desk.cycle(chosen.name)
    return tables.show(tables.rail(now), tables.set_asides_table(desk, found), tables.claims_table(desk, aside))


async def _show_adjustments(desk: Desk, found: Sequence[SettlementAdjustment], *, json: bool) -> None:
    if json:
        return reporting.as_json(plain(list(found)))
    names = {cycle.cycle_id: cycle.name for cycle in await desk.ctx.read(queries.all_cycles)}
    return tables.show(tables.adjustments_table(desk, found, names))


def _changes(words: Sequence[str]) -> dict[str, Any]:
    """What `setting=value` asks for; values in the kind of the setting. Raises: InvalidValue."""
    changes: dict[str, Any] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or name not in SettlementPolicy.model_fields:
            raise InvalidValue(f"{word!r} is not of the form setting=value", path=("setting",))
        kind = SettlementPolicy.model_fields[name].annotation
        changes[name] = _read(name, value, kind)
    return changes


def _read(name: str, value: str, kind: Any) -> Any:
    if kind is bool:
        if value.lower() not in {"true", "false"}:
            raise InvalidValue(f"{name} is true or false", path=(name,))
        return value.lower() == "true"
    if kind is int:
        if not value.isdecimal():
            raise InvalidValue(f"{name} is a whole number", path=(name,))
        return int(value)
    return value if kind is str else amount(value, name)


def _party(desk: Desk, words: str) -> Party:
    return HOUSE.get(words) or partner(desk.partner(words))


def _id(words: str) -> UUID:
    try:
        return UUID(words)
    except ValueError:
        raise InvalidValue(f"{words!r} is not the id of an adjustment", path=("adjustment",)) from None
