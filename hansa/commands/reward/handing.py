"""Handing redeemed rewards over from the desk: what waits, and its next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rich import box
from rich.table import Table

from domain.errors import InvalidValue
from domain.ids import RewardId
from domain.paging import LARGEST_PAGE, PageRequest
from domain.rewards import finding, fulfilling
from domain.rewards.queries import Redeemed
from domain.rewards.redeemed_models import FulfilmentState
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show


async def waiting(desk: Desk, slug: str | None, *, json: bool) -> None:
    """The worklist."""
    whose = None if slug is None else desk.partner(slug)
    page = await desk.ctx.read(fulfilling.fulfilments, whose, PageRequest(first=LARGEST_PAGE))
    names = await _names(desk, page.items)
    if json:
        rows = zip(page.items, names, strict=True)
        return reporting.as_json([_plain(desk, one, name) for one, name in rows])
    if not page.items:
        return reporting.say("Nothing waits to be handed over.")
    return show(_table(desk, page.items, names))


async def hand_over(desk: Desk, redemption: str, state: str, note: str | None, *, json: bool) -> None:
    """The next step."""
    if state not in FulfilmentState.__members__:
        raise InvalidValue(f"{state!r} is none of {', '.join(fulfilling.BEFORE)}", path=("state",))
    try:
        entry_id = UUID(redemption)
    except ValueError:
        raise InvalidValue(f"{redemption!r} is no id: hansa reward waiting shows them", path=("redemption",)) from None
    ref = await desk.ctx.read(fulfilling.redemption_named, entry_id)
    step = FulfilmentState(state)
    done = await desk.ctx.write(fulfilling.fulfil, ref, step, by=None, note=note, now=desk.ctx.now)
    (name,) = await _names(desk, [done])
    if json:
        return reporting.as_json(_plain(desk, done, name))
    return show(_table(desk, [done], [name]))


async def _names(desk: Desk, found: Sequence[Redeemed]) -> list[str]:
    keys = [(RewardId(one.reward_id), one.version) for one in found]
    rewards = await desk.ctx.read(finding.rewards_by_keys, keys)
    return ["" if reward is None else reward.terms.name for reward in rewards]


def _plain(desk: Desk, one: Redeemed, name: str) -> dict[str, Any]:
    return {
        "redemption": str(one.entry_id),
        "reward": name,
        "pieces": one.pieces_left,
        "where": desk.partners[one.partner_id].slug,
        "fulfilment": one.fulfilment,
        "state": one.state,
        "redeemedAt": one.redeemed_at.isoformat(),
        "note": one.note,
    }


def _table(desk: Desk, found: Sequence[Redeemed], names: Sequence[str]) -> Table:
    table = Table(title="Redeemed rewards", box=box.SIMPLE_HEAD)
    for heading in ("reward", "pieces", "where", "how", "state", "since", "note", "id"):
        table.add_column(heading, justify="right" if heading == "pieces" else "left")
    for one, name in zip(found, names, strict=True):
        where = desk.partners[one.partner_id].name
        how, state = (word.lower().replace("_", " ") for word in (one.fulfilment, one.state))
        day = f"{one.redeemed_at:%Y-%m-%d}"
        table.add_row(name, str(one.pieces_left), where, how, state, day, one.note or "", str(one.entry_id))
    return table
