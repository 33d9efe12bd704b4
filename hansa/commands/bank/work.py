"""What the bank's commands do: a step or a question at the desk, then a page for people or JSON for programs."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.banking import ageing as ages
from domain.banking import booking, deciding, importing, instructing, naming, queries, releasing
from domain.banking.deciding import CreditUse
from domain.banking.models import BankFile, Payment
from domain.banking.states import FileKind
from domain.errors import InvalidValue, NotFound
from domain.paging import LARGEST_PAGE, PageRequest
from domain.settlement.models import CycleState
from domain.settlement.policy import policy_of
from domain.settlement.policy_models import PaymentPlan
from domain.settlement.prepaid import packs as prepaid
from hansa import reporting
from hansa.commands.bank import tables
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show
from hansa.commands.settle.work import plain
from partners.scopes import Scope
from resolvers import consequences

PAID_OUT = (CycleState.INSTRUCTED, CycleState.SETTLED, CycleState.CLOSED)


async def instruct(desk: Desk, name: str | None, person: str, plan: str | None, *, json: bool) -> None:
    """The payments of a cycle, planned."""
    chosen = await desk.cycle(name, CycleState.APPROVED)
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    wanted = _choice(PaymentPlan, plan or (await desk.ctx.read(policy_of)).payment_plan, "plan")
    done = await desk.ctx.write(instructing.instruct, chosen.cycle_id, wanted, by=by, now=desk.ctx.now)
    await consequences.of_payments(desk.ctx)
    _show_payments(desk, done, title=f"Payments of {chosen.name}", json=json)


async def release(desk: Desk, name: str | None, person: str, *, json: bool) -> None:
    """Orders for the banks."""
    chosen = await desk.cycle(name, *PAID_OUT)
    by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
    files = await desk.ctx.write(releasing.release, chosen.cycle_id, by=by, now=desk.ctx.now)
    if json:
        return reporting.as_json([_file(file) for file in files])
    return show(tables.files_table(desk, files))


async def pay(desk: Desk, name: str | None, slug: str | None, out: Path, *, json: bool) -> None:
    """The newest file of orders of an account, written where the bank's program finds it."""
    chosen = await desk.cycle(name, *PAID_OUT)
    whose = None if slug is None else desk.partner(slug)
    files = [one for one in await desk.ctx.read(queries.files_of, chosen.cycle_id) if one.partner_id == whose]
    if not files:
        raise NotFound(f"No orders of {chosen.name} were released for this account: hansa bank release")
    newest = max(files, key=lambda file: file.made_at)
    await asyncio.to_thread(out.write_bytes, newest.content)
    if json:
        return reporting.as_json({**_file(newest), "out": str(out)})
    return reporting.say(
        f"{out}: {newest.payments} payments, {newest.control_sum} {desk.currency}, message {newest.message_id},"
        f" SHA-256 {newest.sha256.hex()}"
    )


async def bring_in(desk: Desk, file: Path, person: str, *, json: bool) -> None:
    """What came of a bank's file."""
    content = await asyncio.to_thread(file.read_bytes)
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    done = await desk.ctx.write(importing.bring_in, content, by=by, now=desk.ctx.now)
    await consequences.of_payments(desk.ctx)
    if json:
        return reporting.as_json(plain(done))
    return show(*tables.import_parts(desk, file.name, done))


async def payments(desk: Desk, name: str | None, *, json: bool) -> None:
    """Payments as they stand."""
    cycle = None if name is None else await desk.cycle(name)
    page = await desk.ctx.read(
        queries.payments, PageRequest(LARGEST_PAGE), cycle_id=None if cycle is None else cycle.cycle_id
    )
    title = "Payments" if cycle is None else f"Payments of {cycle.name}"
    _show_payments(desk, page.items, title=title, json=json)


async def worklist(desk: Desk, *, json: bool) -> None:
    """All that waits for somebody."""
    entries = (await desk.ctx.read(queries.worklist, PageRequest(LARGEST_PAGE))).items
    names = await desk.ctx.read(naming.names_of, entries)
    credits_kept = [one for one in await desk.ctx.read(queries.partner_credits) if one.state in {"HELD", "ASKED"}]
    asked = await desk.ctx.read(queries.write_offs)
    gaps = await desk.ctx.read(importing.gaps_of)
    if json:
        rows = {"entries": entries, "credits": credits_kept, "write_offs": asked}
        dumped = {what: [plain(one.model_dump()) for one in found] for what, found in rows.items()}  # type: ignore[attr-defined]
        return reporting.as_json({**dumped, "gaps": plain(gaps)})
    guessed = sorted({one for entry in entries for guess in entry.candidates for one in guess["payment_ids"]})
    found = await desk.ctx.read(queries.payments_by_ids, [UUID(one) for one in guessed])
    known = {str(one.payment_id): one for one in found if one is not None}
    waiting = {one.payment_id for one in asked}
    meant = [UUID(one) for entry in entries for guess in entry.candidates for one in guess["pack_ids"]]
    packs = {str(one): await desk.ctx.read(prepaid.pack_by_id, one) for one in meant}
    about = [one for one in await desk.ctx.read(queries.payments_by_ids, sorted(waiting)) if one is not None]
    return show(
        *tables.worklist_parts(desk, entries, names, {**known, **packs}),
        *tables.waiting_parts(desk, credits_kept, asked, {one.payment_id: one for one in about}),
        *tables.gap_parts(gaps),
    )


async def match(desk: Desk, entry: str, references: list[str], person: str, note: str | None, *, json: bool) -> None:
    """What a person says of an entry."""
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    found = await desk.ctx.read(naming.entry_named, entry)
    ids = [(await desk.ctx.read(queries.payment_named, one)).payment_id for one in dict.fromkeys(references)]
    await desk.ctx.write(booking.match_by_hand, found.entry_id, ids, by=by, now=desk.ctx.now, note=note)
    await consequences.of_payments(desk.ctx)
    await _show_entry(desk, entry, json=json)


async def confirm(desk: Desk, entry: str, person: str, *, json: bool) -> None:
    """The second person's word on a match."""
    by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
    found = await desk.ctx.read(naming.entry_named, entry)
    await desk.ctx.write(booking.confirm, found.entry_id, by=by, now=desk.ctx.now)
    await consequences.of_payments(desk.ctx)
    await _show_entry(desk, entry, json=json)


async def unmatch(desk: Desk, entry: str, person: str, *, json: bool) -> None:
    """A match taken back."""
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    found = await desk.ctx.read(naming.entry_named, entry)
    await desk.ctx.write(booking.unmatch, found.entry_id, by=by, now=desk.ctx.now)
    await consequences.of_payments(desk.ctx)
    await _show_entry(desk, entry, json=json)


async def write_off(desk: Desk, reference: str, person: str, reason: str | None, *, json: bool) -> None:
    """Asked for with a reason, agreed to without."""
    payment = await desk.ctx.read(queries.payment_named, reference)
    if reason is not None:
        by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
        asking = deciding.ask_to_write_off
        await desk.ctx.write(asking, payment.payment_id, reason=reason, by=by, now=desk.ctx.now)
    else:
        by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
        await desk.ctx.write(deciding.write_off, payment.payment_id, by=by, now=desk.ctx.now)
        await consequences.of_payments(desk.ctx)
    found = await desk.ctx.read(queries.payment_by_id, payment.payment_id)
    _show_payments(desk, [found], title="The payment", json=json)


async def credit(desk: Desk, credit: str, person: str, use: str | None, *, json: bool) -> None:
    """Asked for with a use, agreed to without."""
    credit_id = _uuid(credit)
    if use is not None:
        by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
        how = _choice(CreditUse, use, "use")
        done = await desk.ctx.write(deciding.ask_to_use_credit, credit_id, how, by=by, now=desk.ctx.now)
    else:
        by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
        done = await desk.ctx.write(deciding.use_credit, credit_id, by=by, now=desk.ctx.now)
    if json:
        return reporting.as_json(plain(done.model_dump()))
    return reporting.say(f"{done.amount} {done.currency}: {done.state}, {done.use}")


async def ageing(desk: Desk, *, json: bool) -> None:
    """What is open."""
    today = desk.ctx.now.astimezone(ZoneInfo(desk.coalition.time_zone)).date()
    rows = await desk.ctx.read(ages.ageing, today=today)
    if json:
        return reporting.as_json(plain(rows))
    if not rows:
        return reporting.say("Nobody has anything to pay.")
    return show(tables.ageing_table(desk, rows, today))


def _show_payments(desk: Desk, payments: list[Payment], *, title: str, json: bool) -> None:
    if json:
        return reporting.as_json([plain(one.model_dump()) for one in payments])
    if not payments:
        return reporting.say(
            "Nothing is to be paid. Payments are planned when an approved cycle is instructed: hansa bank instruct"
        )
    return show(tables.payments_table(desk, payments, title=title))


async def _show_entry(desk: Desk, name: str, *, json: bool) -> None:
    entry = await desk.ctx.read(naming.entry_named, name)
    matches = await desk.ctx.read(queries.matches_of_entry, entry.entry_id)
    if json:
        shown: dict[str, Any] = plain(entry.model_dump())
        return reporting.as_json({**shown, "matches": [plain(one.model_dump()) for one in matches]})
    found = await desk.ctx.read(queries.payments_by_ids, [one.payment_id for one in matches])
    return show(tables.matches_table(desk, name, entry, matches, {one.payment_id: one for one in found if one}))


def _file(file: BankFile) -> dict[str, Any]:
    assert file.kind == FileKind.PAIN_001
    shown: dict[str, Any] = plain(file.model_dump(exclude={"content"}))
    return shown


def _choice(kind: Any, word: str, field: str) -> Any:
    try:
        return kind(word.upper().replace("-", "_"))
    except ValueError:
        known = ", ".join(one.value.lower().replace("_", "-") for one in kind)
        raise InvalidValue(f"{word!r} is none of {known}", path=(field,)) from None


def _uuid(words: str) -> UUID:
    try:
        return UUID(words)
    except ValueError:
        raise NotFound(f"{words!r} is no credit", path=("credit",)) from None
