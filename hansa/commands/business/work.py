"""What the commands about business members do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from rich import box
from rich.table import Table

from domain.business import groups, queries, registering
from domain.business.errors import BusinessNotFound, InvalidBusiness
from domain.business.models import BusinessKind
from domain.business.queries import Business
from domain.business.registering import RegisterBusiness
from domain.members import recognition
from domain.members.enrolment import MemberKeys
from domain.members.identifiers import Identifier
from domain.members.recognition import MemberRef
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show


async def list_firms(desk: Desk, slug: str, *, json: bool) -> None:
    """All firms of a partner."""
    found = await desk.whole(queries.businesses, desk.partner(slug))
    if json:
        return reporting.as_json([_plain(one) for one in found])
    if not found:
        return reporting.say("There are no firms yet: hansa business register")
    return show(_table(found))


async def register(
    desk: Desk, slug: str, kind: str, name: str, registration: str, customer: str, vat: str | None, *, json: bool
) -> None:
    """Make a firm a member; said again, it is the same firm."""
    owner, keys = desk.partner(slug), desk.ctx.keys
    said = hashlib.sha256(f"{slug} {customer} {registration}".encode()).hexdigest()[:32]
    command = RegisterBusiness(
        partner_id=owner,
        idempotency_key=f"desk-{said}",
        kind=_kind(kind),
        name=name,
        registration_number=registration,
        vat_number=vat,
        customer_number=customer,
    )
    member_keys = MemberKeys(lookup=keys.lookups, personal=keys.personal_data)
    made = await desk.ctx.post(registering.register, command, keys=member_keys, now=desk.ctx.now)
    _say(await desk.ctx.read(queries.business_by_id, owner, made), json=json)


async def approve(desk: Desk, customer: str, slug: str, *, json: bool) -> None:
    """Serve a firm."""
    firm = await _named(desk, customer, slug)
    done = await desk.ctx.write(registering.approve, firm.partner_id, firm.business_id, by=None, now=desk.ctx.now)
    _say(done, json=json)


async def end(desk: Desk, customer: str, slug: str, *, json: bool) -> None:
    """Serve it no more."""
    await _step(desk, registering.end, customer, slug, json=json)


async def group(desk: Desk, name: str, slug: str, kinds: Sequence[str], *, json: bool) -> None:
    """Make a group of firms."""
    meant = [_kind(one) for one in kinds]
    made = await desk.ctx.write(groups.define, desk.partner(slug), name, meant, now=desk.ctx.now)
    if json:
        return reporting.as_json({"segment": str(made.segment_id), "name": name, "kinds": sorted(made.kinds)})
    return reporting.say(f"Campaigns and schemes can name the segment {name!r} from now on.")


async def _step(desk: Desk, step: Callable[..., Awaitable[Business]], customer: str, slug: str, *, json: bool) -> None:
    firm = await _named(desk, customer, slug)
    _say(await desk.ctx.write(step, firm.partner_id, firm.business_id, now=desk.ctx.now), json=json)


async def _named(desk: Desk, customer: str, slug: str) -> Business:
    """The firm that a partner has that number for. Raises: BusinessNotFound."""
    owner, ctx = desk.partner(slug), desk.ctx
    ref = MemberRef(identifier=Identifier.external(customer, owner))
    (member,) = await ctx.fetch(recognition.recognise, [ref], owner, key=ctx.keys.lookups, now=ctx.now)
    found = await desk.whole(queries.businesses, owner)
    firm = next((one for one in found if member is not None and one.member_id == member.member_id), None)
    if firm is None:
        raise BusinessNotFound
    return firm


def _kind(kind: str) -> BusinessKind:
    if kind not in BusinessKind.__members__:
        raise InvalidBusiness(f"kind is one of {', '.join(BusinessKind)}", path=("kind",))
    return BusinessKind(kind)


def _say(firm: Business, *, json: bool) -> None:
    if json:
        return reporting.as_json(_plain(firm))
    return show(_table([firm]))


def _table(firms: Sequence[Business]) -> Table:
    table = Table(title="Firms", box=box.SIMPLE_HEAD, title_justify="left")
    for column in ("name", "kind", "number ends in", "state", "since"):
        table.add_column(column)
    for one in firms:
        since = one.ended_at or one.approved_at or one.registered_at
        table.add_row(one.name, one.kind.lower(), one.ends_in or "", one.state.lower(), f"{since:%Y-%m-%d}")
    return table


def _plain(firm: Business) -> dict[str, Any]:
    return {
        "id": str(firm.business_id),
        "name": firm.name,
        "kind": firm.kind,
        "state": firm.state,
        "ends_in": firm.ends_in,
        "registered_at": firm.registered_at.isoformat(),
        "approved_at": firm.approved_at and firm.approved_at.isoformat(),
        "ended_at": firm.ended_at and firm.ended_at.isoformat(),
    }
