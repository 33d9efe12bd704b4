"""What the commands about sellers do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from rich import box
from rich.table import Table

from domain.coalition.models import Outlet
from domain.coalition.queries import outlets_by_ids
from domain.selling import sellers
from domain.selling.models import Seller, SellerPermission
from domain.selling.sellers import Permit
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show


async def list_sellers(desk: Desk, slug: str | None, *, json: bool) -> None:
    """Sellers, the newest first."""
    employer = None if slug is None else desk.partner(slug)
    found = [one for one in await desk.whole(sellers.sellers_page) if employer in {None, one.employer_id}]
    outlets = {one.outlet_id: one for one in await desk.ctx.read(outlets_by_ids, [s.outlet_id for s in found]) if one}
    if json:
        return reporting.as_json([_plain(desk, one, outlets) for one in found])
    if not found:
        return reporting.say("Nobody sells for anybody yet.")
    return show(_sellers_table(desk, found, outlets))


async def permissions(desk: Desk, *, json: bool) -> None:
    """What employers allow makers."""
    _say(desk, await desk.ctx.read(sellers.permissions_of), json=json)


async def permit(desk: Desk, maker: str, slug: str, skus: Sequence[str], most: int, *, json: bool) -> None:
    """Let a maker reward an employer's staff."""
    command = Permit(maker_id=desk.partner(maker), skus=frozenset(skus), most_units=most)
    given = await desk.ctx.write(sellers.permit, desk.partner(slug), command, now=desk.ctx.now)
    _say(desk, [given], json=json)


async def revoke(desk: Desk, maker: str, slug: str, *, json: bool) -> None:
    """Let it do so no more."""
    revoked = await desk.ctx.write(sellers.revoke, desk.partner(slug), desk.partner(maker), now=desk.ctx.now)
    _say(desk, [revoked], json=json)


def _say(desk: Desk, found: Sequence[SellerPermission], *, json: bool) -> None:
    if json:
        return reporting.as_json([_plain_permission(desk, one) for one in found])
    if not found:
        return reporting.say("No maker may reward anybody's staff: hansa seller permit MAKER --partner NAME")
    table = Table(title="Permissions", box=box.SIMPLE_HEAD, title_justify="left")
    for column in ("maker", "rewards the staff of", "for", "a month", "until"):
        table.add_column(column)
    for one in found:
        table.add_row(
            desk.partners[one.maker_id].name,
            desk.partners[one.employer_id].name,
            ", ".join(one.skus) or "all articles",
            f"{one.most_units:,} units each" if one.most_units else "any number",
            f"{one.revoked_at:%Y-%m-%d %H:%M}" if one.revoked_at else "",
        )
    return show(table)


def _sellers_table(desk: Desk, found: Sequence[Seller], outlets: Mapping[UUID, Outlet]) -> Table:
    table = Table(title="Sellers", box=box.SIMPLE_HEAD, title_justify="left")
    for column in ("employer", "outlet", "staff", "state", "since", "shows rewards"):
        table.add_column(column)
    for one in found:
        table.add_row(
            desk.partners[one.employer_id].name,
            outlets[one.outlet_id].name,
            one.staff or "",
            one.state.lower(),
            f"{one.since:%Y-%m-%d}" if one.since else "",
            "yes" if one.shows_rewards else "no",
        )
    return table


def _plain(desk: Desk, seller: Seller, outlets: Mapping[UUID, Outlet]) -> dict[str, Any]:
    return {
        "id": str(seller.seller_id),
        "employer": desk.partners[seller.employer_id].slug,
        "outlet": outlets[seller.outlet_id].code,
        "staff": seller.staff,
        "state": seller.state,
        "since": seller.since and seller.since.isoformat(),
        "shows_rewards": seller.shows_rewards,
    }


def _plain_permission(desk: Desk, given: SellerPermission) -> dict[str, Any]:
    return {
        "maker": desk.partners[given.maker_id].slug,
        "employer": desk.partners[given.employer_id].slug,
        "skus": given.skus,
        "most_units": given.most_units,
        "revoked_at": given.revoked_at and given.revoked_at.isoformat(),
    }
