"""What the commands about coupons do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import csv
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TextIO
from uuid import UUID
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import Progress

from domain.errors import InvalidValue
from domain.ids import CouponId, new_id
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from domain.vouchers import issuing, managing, pooling, queries
from domain.vouchers.issuing import GiveVouchers
from domain.vouchers.pooling import MOST_AT_ONCE, Brought
from domain.vouchers.terms import Coupon, CouponState
from hansa import reporting
from hansa.commands.coupon import tables
from hansa.commands.desk import Desk
from hansa.commands.meaning import cast_of, one_called
from hansa.commands.settle.tables import show
from hansa.commands.settle.work import plain
from hansa.recipes.couponing import coupons_of
from hansa.recipes.drawing import read_recipe

Step = Callable[..., Awaitable[Coupon]]
STEPS: dict[str, Step] = {"pause": managing.pause, "end": managing.end}
Line = tuple[int, str]


async def list_coupons(desk: Desk, slug: str | None, state: str | None, *, json: bool) -> None:
    """The latest versions of coupons."""
    if state is not None and state not in CouponState.__members__:
        raise InvalidValue(f"a state is one of {', '.join(CouponState)}", path=("state",))
    found = [
        one
        for one in await desk.ctx.read(queries.latest_coupons)
        if (slug is None or desk.partner(slug) in {one.partner_id, *one.terms.partners, *one.terms.funders})
        and (state is None or one.state == state)
    ]
    if json:
        return reporting.as_json([tables.plainly(desk, one) for one in found])
    if not found:
        return reporting.say("There are no such coupons: hansa coupon draw-up FILE")
    counts = [await desk.ctx.read(queries.counts_of, one.coupon_id) for one in found]
    return show(tables.coupons_table(desk, list(zip(found, counts, strict=True))))


async def show_coupon(desk: Desk, name: str, *, json: bool) -> None:
    """One coupon, part by part."""
    await _say(desk, await named(desk, name), json=json)


async def draw_up(desk: Desk, file: Path, meant: Sequence[str], *, json: bool) -> None:
    """The coupons of a file: drafted, or changed where their owner has one that is called so."""
    recipe = read_recipe(file)
    drawn = coupons_of(recipe, await cast_of(desk, recipe, meant))
    known = {(one.partner_id, one.terms.name): one for one in await desk.ctx.read(queries.latest_coupons)}
    key, done = desk.ctx.keys.lookups, []
    for one in drawn:
        before = known.get((one.owner, one.terms.name))
        if before is None or before.state is CouponState.ENDED:
            done.append(await desk.ctx.write(managing.draft, one.owner, one.terms, key=key, now=desk.ctx.now))
        else:
            changing = (one.owner, before.coupon_id, one.terms)
            done.append(await desk.ctx.write(managing.change, *changing, key=key, now=desk.ctx.now))
    if json:
        return reporting.as_json([tables.plainly(desk, one) for one in done])
    counts = [await desk.ctx.read(queries.counts_of, one.coupon_id) for one in done]
    return show(tables.coupons_table(desk, list(zip(done, counts, strict=True))))


async def agree(desk: Desk, name: str, sponsor: str, *, json: bool) -> None:
    """A sponsor agrees to the terms as they are."""
    coupon = await named(desk, name)
    agreeing = (desk.partner(sponsor), coupon.coupon_id, coupon.terms.fingerprint())
    await _say(desk, await desk.ctx.write(managing.agree, *agreeing, now=desk.ctx.now), json=json)


async def publish(desk: Desk, name: str, *, json: bool) -> None:
    """A draft goes live."""
    coupon = await named(desk, name)
    whose = (coupon.partner_id, coupon.coupon_id)
    await _say(desk, await desk.ctx.write(managing.publish, *whose, now=desk.ctx.now), json=json)


async def step(desk: Desk, name: str, which: str, *, json: bool) -> None:
    """A coupon is paused, or ends."""
    coupon = await named(desk, name)
    done = await desk.ctx.write(STEPS[which], coupon.partner_id, coupon.coupon_id, now=desk.ctx.now)
    await _say(desk, done, json=json)


async def resume(desk: Desk, name: str, *, json: bool) -> None:
    """A paused coupon goes on."""
    coupon, key = await named(desk, name), desk.ctx.keys.lookups
    whose = (coupon.partner_id, coupon.coupon_id)
    await _say(desk, await desk.ctx.write(managing.resume, *whose, key=key, now=desk.ctx.now), json=json)


async def give(desk: Desk, name: str, card: str, count: int, key: str | None, *, json: bool) -> None:
    """Vouchers for a member, in the owner's name."""
    coupon = await named(desk, name)
    command = GiveVouchers(
        partner_id=coupon.partner_id,
        idempotency_key=key or f"give-{new_id().hex}",
        member=MemberRef(identifier=Identifier.card(card)),
        coupon_id=coupon.coupon_id,
        count=count,
        occurred_at=desk.ctx.now,
    )
    zone, secret = ZoneInfo(desk.coalition.time_zone), desk.ctx.keys.lookups
    given = await desk.ctx.post(issuing.give, command, key=secret, zone=zone, now=desk.ctx.now)
    codes = [one.code(secret) for one in given]
    if json:
        return reporting.as_json({"coupon_id": str(coupon.coupon_id), "codes": codes})
    return show(tables.codes_table(coupon, given, codes))


async def import_codes(desk: Desk, name: str, file: Path, *, json: bool) -> None:
    """Codes of a file, some thousands at a time; each part that is in stays in."""
    coupon, brought, lines = await named(desk, name), Brought(), _lines(file)
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Bringing codes in", total=len(lines))
        for part in _parts(lines):
            whose = (coupon.partner_id, coupon.coupon_id)
            key = desk.ctx.keys.lookups
            brought.add(await desk.ctx.write(pooling.bring_in, *whose, part, key=key, now=desk.ctx.now))
            progress.advance(task, len(part))
    if json:
        return reporting.as_json(asdict(brought))
    return show(tables.brought_part(coupon, brought))


async def make_codes(desk: Desk, name: str, count: int, to: Path, *, json: bool) -> None:
    """Codes into a file that is new."""
    coupon, made = await named(desk, name), list[str]()
    whose, key = (coupon.partner_id, coupon.coupon_id), desk.ctx.keys.lookups
    with _new(to) as file:
        while len(made) < count:
            part = min(MOST_AT_ONCE, count - len(made))
            made += await desk.ctx.write(pooling.make, *whose, part, key=key, now=desk.ctx.now)
        csv.writer(file).writerows([["code"], *([code] for code in made)])
    if json:
        return reporting.as_json({"coupon_id": str(coupon.coupon_id), "made": len(made), "file": str(to)})
    return reporting.say(f"Made {len(made):,} codes for {coupon.terms.name!r}: {to}")


async def named(desk: Desk, name: str) -> Coupon:
    """The coupon with this name or id; of several so called, the one that has not ended. Raises: NotFound."""
    try:
        return await desk.ctx.read(queries.coupon_by_id, CouponId(UUID(name)))
    except ValueError:
        return one_called(name, await desk.ctx.read(queries.latest_coupons), "coupon", lambda one: one.coupon_id)


async def _say(desk: Desk, coupon: Coupon, *, json: bool) -> None:
    agreed = await desk.ctx.read(queries.agreed_sponsors, coupon.coupon_id, coupon.terms.fingerprint())
    missing = [one for one in coupon.terms.funders if one not in agreed and one != coupon.partner_id]
    counts = await desk.ctx.read(queries.counts_of, coupon.coupon_id)
    if json:
        told = tables.plainly(desk, coupon) | {"awaiting": plain(missing), "counts": asdict(counts)}
        return reporting.as_json(told)
    return show(tables.coupon_part(desk, coupon, counts, missing))


def _new(path: Path) -> TextIO:
    try:
        return path.open("x", encoding="utf-8", newline="")
    except OSError as fault:
        raise InvalidValue(f"{path}: {fault.strerror}; name a new file", path=("to",)) from None


def _lines(file: Path) -> list[Line]:
    try:
        return list(pooling.read_codes(file.read_text(encoding="utf-8-sig")))
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidValue(f"{file}: {fault}", path=("file",)) from None


def _parts(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    for start in range(0, len(lines), MOST_AT_ONCE):
        yield lines[start : start + MOST_AT_ONCE]
