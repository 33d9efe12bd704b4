"""What the commands about packs and exposure do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

from collections.abc import Sequence

from domain.banking import packs
from domain.banking.credit import set_credit
from domain.banking.means import all_means, means_of
from domain.errors import InvalidValue
from domain.ids import new_id
from domain.settlement import refunding
from domain.settlement.prepaid import packs as prepaid
from domain.settlement.prepaid.models import PrepaidPack
from domain.settlement.prepaid.packs import OrderPacks
from domain.settlement.queries import open_cycle
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.prepaid import tables
from hansa.commands.settle.tables import show
from hansa.commands.settle.work import amount as amount_of
from hansa.commands.settle.work import plain
from partners.scopes import Scope


async def order(desk: Desk, slug: str, packs: int, key: str | None, *, json: bool) -> None:
    """An order of packs."""
    command = OrderPacks(partner_id=desk.partner(slug), packs=packs, idempotency_key=key or f"order-{new_id()}")
    _say(desk, [await desk.ctx.write(prepaid.order, command, by=None, now=desk.ctx.now)], json=json)


async def pay(
    desk: Desk, slug: str, number: int, amount: str | None, seen: str | None, person: str, *, json: bool
) -> None:
    """One person notes the money, another confirms it."""
    pack = await _numbered(desk, slug, number)
    if (amount is None) != (seen is None):
        raise InvalidValue(
            "to note a payment say both --amount and --seen; to confirm one say neither", path=("amount",)
        )
    if amount is not None and seen is not None:
        by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
        came = amount_of(amount, "amount")
        done = await desk.ctx.write(
            prepaid.note_payment, pack.pack_id, amount=came, bank_note=seen, by=by, now=desk.ctx.now
        )
    else:
        by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
        done = await desk.ctx.write(packs.confirm_payment, pack.pack_id, by=by, now=desk.ctx.now)
    _say(desk, [done], json=json)


async def cancel(desk: Desk, slug: str, number: int, person: str, *, json: bool) -> None:
    """An order that nobody will pay."""
    pack = await _numbered(desk, slug, number)
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    _say(desk, [await desk.ctx.write(prepaid.cancel, pack.pack_id, by=by, now=desk.ctx.now)], json=json)


async def give_back(desk: Desk, slug: str, reason: str | None, person: str, *, json: bool) -> None:
    """Asked for with a reason, agreed to without."""
    whose = desk.partner(slug)
    if reason is not None:
        by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
        done = await desk.ctx.write(refunding.ask, whose, note=reason, by=by, now=desk.ctx.now)
    else:
        by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
        done = await desk.ctx.write(refunding.agree, whose, by=by, now=desk.ctx.now)
    if json:
        return reporting.as_json(plain(done))
    if done.agreed_at is None:
        return reporting.say(f"Asked for. It counts once another person agrees: hansa prepaid give-back {slug} --as …")
    return reporting.say(f"{done.points:,} points are given back; the statement of the open cycle pays what they cost.")


async def list_packs(desk: Desk, slug: str | None, *, json: bool) -> None:
    """The orders, and the advances of the open cycle."""
    whose = None if slug is None else desk.partner(slug)
    found = await desk.ctx.read(prepaid.packs, whose)
    cycle = await desk.ctx.read(open_cycle)
    moved = await desk.ctx.read(prepaid.advances, cycle)
    held = {partner_id: one for partner_id, one in moved.items() if whose in {None, partner_id}}
    if json:
        rows = [{"partner": desk.partners[partner_id].slug, **plain(one)} for partner_id, one in held.items()]
        return reporting.as_json({"packs": [_packed(desk, pack) for pack in found], "advances": rows})
    if not found:
        return reporting.say("No packs were ordered: hansa prepaid order")
    return show(tables.packs_table(desk, found), tables.advances_table(desk, held, cycle.name))


async def exposure(desk: Desk, slug: str | None, now: bool, *, json: bool) -> None:  # noqa: FBT001 -- a flag of the command
    """What sponsors can still award."""
    if now:
        await set_credit(desk.ctx.database, now=desk.ctx.now)
    if slug is None:
        found = await desk.ctx.read(all_means, now=desk.ctx.now)
    else:
        found = [await desk.ctx.read(means_of, desk.partner(slug), now=desk.ctx.now)]
    if json:
        return reporting.as_json([{"partner": desk.partners[one.partner_id].slug, **plain(one)} for one in found])
    return show(tables.means_table(desk, found)) if found else reporting.say("No sponsor is bounded by anything.")


async def _numbered(desk: Desk, slug: str, number: int) -> PrepaidPack:
    found = await desk.ctx.read(prepaid.packs, desk.partner(slug))
    pack = next((pack for pack in found if pack.number == number), None)
    if pack is None:
        raise InvalidValue(f"{slug} has no order {number}: hansa prepaid list {slug}", path=("number",))
    return pack


def _say(desk: Desk, packs: Sequence[PrepaidPack], *, json: bool) -> None:
    if json:
        return reporting.as_json([_packed(desk, pack) for pack in packs])
    return show(tables.packs_table(desk, packs))


def _packed(desk: Desk, pack: PrepaidPack) -> dict[str, object]:
    said: dict[str, object] = plain(pack)
    said.pop("fingerprint", None)
    return {"partner": desk.partners[pack.partner_id].slug, "state": str(pack.state), **said}
