"""What the liability commands do: a question or a movement at the desk, then a page for people or JSON for programs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import InvalidValue
from domain.ids import PartnerId, new_id
from domain.liability import cash, deferring, evaluating, movements, reading, rolling, securing
from domain.liability.cohorts import Cohort, cohorts_of
from domain.liability.development import to_decimal
from domain.liability.estimating import EXPECTED, USUAL, Estimate, Scenario, estimate
from domain.liability.evaluating import Position
from domain.liability.models import MovementKind, ReserveFinding, ReserveMovement
from domain.liability.months import start_of
from domain.liability.movements import RecordMovement
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.liability import tables
from hansa.commands.settle.tables import show
from hansa.commands.settle.work import amount as amount_of
from hansa.commands.settle.work import plain
from partners.scopes import Scope
from resolvers import consequences

HISTORY = timedelta(days=366)


async def cohorts(desk: Desk, as_of: str | None, slug: str | None, svg: Path | None, *, json: bool) -> None:
    """What became of each month's points."""
    found, instant, whose = await _estimated(desk, as_of, slug)
    _drawn_curves(found, whose, instant, svg)
    if json:
        return reporting.as_json({"as_of": instant, "cohorts": [_cohort(one.cohort) for one in found.cohorts]})
    return show(tables.cohorts_part(found, title=f"Points of {whose}, as of {instant:%Y-%m-%d %H:%M}"))


async def urr(desk: Desk, as_of: str | None, slug: str | None, svg: Path | None, *, json: bool) -> None:
    """The ultimate redemption rates."""
    found, instant, whose = await _estimated(desk, as_of, slug)
    _drawn_curves(found, whose, instant, svg)
    if json:
        return reporting.as_json({"as_of": instant, **_estimate(found)})
    return show(tables.urr_part(found, title=f"Ultimate redemption of {whose}, as of {instant:%Y-%m-%d %H:%M}"))


async def reserve(
    desk: Desk, as_of: str | None, rate: str | None, leaves: str | None, svg: Path | None, *, json: bool
) -> None:
    """The cover, with the usual scenarios beside it."""
    instant, asked = _instant(desk, as_of), [EXPECTED, *USUAL]
    if rate is not None:
        asked.append(Scenario(name=f"rate of {rate}", urr=amount_of(rate, "urr")))
    if leaves is not None:
        asked.append(Scenario(name=f"{leaves} leaves", leaves=desk.partner(leaves)))
    found = await desk.ctx.read(evaluating.scenarios, asked, as_of=instant)
    stopped = await desk.ctx.read(securing.standing_stop)
    if svg is not None:
        await _draw_cover(desk, found[0], svg)
    if json:
        shown = {"as_of": instant, "issuance_stopped": stopped is not None}
        return reporting.as_json(shown | {"scenarios": [_position(one) for one in found]})
    return show(tables.reserve_part(desk, found, stopped=stopped is not None))


async def roll_forward(desk: Desk, slug: str | None, *, json: bool) -> None:
    """What was paid in for points, cycle by cycle."""
    whose = None if slug is None else desk.partner(slug)
    rows = await desk.ctx.read(rolling.roll_forward, now=desk.ctx.now, sponsor_id=whose)
    if json:
        named = [{**plain(row), "closing": str(row.closing), "difference": str(row.difference)} for row in rows]
        return reporting.as_json({"ties": not rolling.untied(rows), "rows": named})
    return show(tables.roll_part(desk, rows, title=f"What was paid in for points of {slug or 'all'}, {desk.currency}"))


async def deferred(desk: Desk, slug: str, value: str | None, rate: str | None, *, json: bool) -> None:
    """The deferred revenue of one partner."""
    rows = await desk.ctx.read(
        deferring.deferred_revenue,
        desk.partner(slug),
        now=desk.ctx.now,
        value=None if value is None else amount_of(value, "value"),
        urr=None if rate is None else amount_of(rate, "urr"),
    )
    if json:
        return reporting.as_json(plain({"cycles": rows}))
    return show(tables.deferred_part(desk, rows, title=f"Deferred revenue of {slug}, {desk.currency}"))


async def deposit(
    desk: Desk, amount: str, person: str, note: str, value_on: str | None, key: str | None, *, json: bool
) -> None:
    """Money put in, and the cover judged at once."""
    command = await _command(desk, MovementKind.DEPOSIT, amount, person, note, value_on, key)
    movement = await desk.ctx.write(movements.record, command, now=desk.ctx.now)
    await consequences.of_reserve(desk.ctx, by=command.by)
    await _say(desk, movement, json=json)


async def release(
    desk: Desk, amount: str, person: str, note: str, value_on: str | None, key: str | None, *, json: bool
) -> None:
    """Money to be taken out, once a second person agrees."""
    command = await _command(desk, MovementKind.RELEASE, amount, person, note, value_on, key)
    await _say(desk, await desk.ctx.write(movements.record, command, now=desk.ctx.now), json=json)


async def approve_release(desk: Desk, movement: str, person: str, *, json: bool) -> None:
    """The second person's word."""
    by = await desk.person(person, Scope.SETTLEMENT_APPROVE)
    try:
        movement_id = UUID(movement)
    except ValueError:
        raise InvalidValue(f"{movement!r} is not the id of a movement", path=("movement",)) from None
    done = await desk.ctx.write(movements.approve, movement_id, by=by, now=desk.ctx.now)
    await desk.ctx.write(securing.secure, now=desk.ctx.now, by=by)
    await _say(desk, done, json=json)


async def account(desk: Desk, *, json: bool) -> None:
    """The reserve's movements beside what settlement left."""
    found = await desk.ctx.read(cash.operators_account, as_of=desk.ctx.now)
    booked = await desk.ctx.read(movements.movements)
    if json:
        return reporting.as_json({"settlement": plain(found), "ties": found.ties, "movements": plain(booked)})
    return show(tables.account_part(desk, found, booked))


async def evaluate(desk: Desk, person: str, *, json: bool) -> None:
    """The cover judged now."""
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    secured = await desk.ctx.write(securing.secure, now=desk.ctx.now, by=by)
    if json:
        return reporting.as_json({"issuance_stopped": secured.stopped, **_position(secured.found)})
    return show(tables.reserve_part(desk, [secured.found], stopped=secured.stopped))


async def _estimated(desk: Desk, as_of: str | None, slug: str | None) -> tuple[Estimate, datetime, str]:
    whose: PartnerId | None = None if slug is None else desk.partner(slug)
    book = await desk.ctx.read(reading.point_book, as_of=_instant(desk, as_of), sponsor_id=whose)
    name = "all partners" if whose is None else desk.partners[whose].name
    return estimate(cohorts_of(book.flows, book.months)), book.as_of, name


async def _command(
    desk: Desk, kind: MovementKind, amount: str, person: str, note: str, value_on: str | None, key: str | None
) -> RecordMovement:
    today = desk.ctx.now.astimezone(ZoneInfo(desk.coalition.time_zone)).date()
    return RecordMovement(
        kind=kind,
        amount=amount_of(amount, "amount"),
        value_on=today if value_on is None else _day(value_on, "value_on"),
        note=note,
        idempotency_key=key or str(new_id()),
        by=await desk.person(person, Scope.SETTLEMENT_PREPARE),
    )


async def _say(desk: Desk, movement: ReserveMovement, *, json: bool) -> None:
    if json:
        return reporting.as_json(plain(movement))
    waits = (
        ""
        if movement.booked_at
        else f"; it waits for a second person: hansa liability approve-release {movement.movement_id}"
    )
    return reporting.say(f"{movement.kind.lower()} of {movement.amount} {desk.currency}{waits}")


async def _draw_cover(desk: Desk, found: Position, svg: Path) -> None:
    from hansa.commands.liability.pictures import cover_over_time  # noqa: PLC0415 -- only who asks for a picture draws one

    past = await desk.ctx.read(evaluating.history, since=found.as_of - HISTORY, until=found.as_of)
    newest: ReserveFinding = evaluating.finding_of(found, now=desk.ctx.now)
    _write(svg, cover_over_time([*past, newest], currency=found.currency))


def _drawn_curves(found: Estimate, whose: str, instant: datetime, svg: Path | None) -> None:
    if svg is not None:
        from hansa.commands.liability.pictures import cohort_curves  # noqa: PLC0415 -- only who asks for a picture draws one

        _write(svg, cohort_curves(found, of=whose, as_of=instant))


def _write(file: Path, content: str) -> None:
    file.write_text(content, encoding="utf-8")


def _instant(desk: Desk, words: str | None) -> datetime:
    """Now, an instant, or the end of a day by the coalition's calendar. Raises: InvalidValue."""
    if words is None:
        return desk.ctx.now
    try:
        found = datetime.fromisoformat(words)
    except ValueError:
        raise InvalidValue(
            f"{words!r} is neither a day nor an instant such as 2026-11-22T09:30+02:00", path=("as_of",)
        ) from None
    if len(words) == len("2026-11-22"):
        found = start_of(found.date() + timedelta(days=1), desk.coalition.time_zone) - timedelta(microseconds=1)
    elif found.tzinfo is None:
        raise InvalidValue("an instant names its offset, such as +02:00", path=("as_of",))
    if found > desk.ctx.now and found.date() > desk.ctx.now.date():
        raise InvalidValue("figures are known up to now, not for times to come", path=("as_of",))
    return min(found.astimezone(UTC), desk.ctx.now)


def _day(words: str, name: str) -> date:
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise InvalidValue(f"{words!r} is not a day such as 2026-11-22", path=(name,)) from None


def _cohort(one: Cohort) -> dict[str, Any]:
    figures = ("issued", "redeemed", "expired", "clawed_back", "outstanding")
    return {"month": one.month, **{name: getattr(one, name) for name in figures}, "redeemed_by_age": list(one.by_age)}


def _estimate(found: Estimate) -> dict[str, Any]:
    development = found.development
    return {
        "basis": found.basis,
        "note": found.note,
        "urr": _range(found.urr),
        "further": [round(found.low), round(found.further), round(found.high)],
        "factors": [str(to_decimal(factor)) for factor in development.factors] if development else [],
        "tail": str(to_decimal(found.tail)),
        "cohorts": [{"month": one.cohort.month, "basis": one.basis, "urr": _range(one.urr)} for one in found.cohorts],
    }


def _position(found: Position) -> dict[str, Any]:
    return {
        "scenario": found.estimate.scenario.name,
        "basis": found.estimate.basis,
        "outstanding": found.estimate.outstanding,
        "urr": _range(found.estimate.urr),
        "redemption_price": str(found.need.redemption_price),
        "need": [str(amount) for amount in (found.need.low, found.need.expected, found.need.high)],
        "from_settlement": str(found.book.cash.from_settlement),
        "from_account": str(found.book.cash.from_account),
        "cover": None if found.cover.ratio is None else str(found.cover.ratio),
        "standing": found.cover.standing,
        "distributable": str(found.cover.distributable),
        "lacking": str(found.cover.lacking),
        "digest": found.digest.hex(),
    }


def _range(rates: tuple[Decimal, Decimal, Decimal]) -> list[str]:
    return [f"{rate:.6f}" for rate in rates]
