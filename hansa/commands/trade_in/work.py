"""What the commands about trade-ins do: a question at the desk, then a table or JSON."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from domain.trade_ins import queries, reporting
from domain.trade_ins.errors import TradeInSchemeNotFound
from domain.trade_ins.terms import Scheme
from hansa import reporting as pages
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show
from hansa.commands.trade_in import tables
from hansa.trading_in import trade_in_now

T = TypeVar("T")
YEAR = timedelta(days=365)


async def list_schemes(desk: Desk, *, json: bool) -> None:
    """All schemes, each in its latest version."""
    found = await _latest(desk)
    if json:
        return pages.as_json([tables.plain(desk, one) for one in found])
    if not found:
        return pages.say("There are no trade-in schemes yet; a shop draws one up over the API, or in a recipe.")
    return show(tables.schemes_table(desk, found))


async def show_scheme(desk: Desk, name: str, *, json: bool) -> None:
    """One scheme, part by part."""
    scheme = await _named(desk, name)
    if json:
        return pages.as_json(tables.plain(desk, scheme))
    return show(tables.scheme_part(desk, scheme), tables.prices_table(desk, scheme))


async def report(desk: Desk, name: str | None, since: datetime | None, until: datetime | None, *, json: bool) -> None:
    """What was handed in, and what it cost whom."""
    scheme_id = None if name is None else (await _named(desk, name)).scheme_id
    zone = ZoneInfo(desk.coalition.time_zone)
    begins = desk.ctx.now - YEAR if since is None else since.replace(tzinfo=zone)
    ends = None if until is None else until.replace(tzinfo=zone)
    told = await desk.ctx.read(
        reporting.report, None, scheme_id=scheme_id, since=begins, until=ends, currency=desk.currency
    )
    if json:
        return pages.as_json(tables.plain_report(desk, told))
    if not told.taken:
        return pages.say("Nothing was handed in.")
    return show(tables.taken_table(desk, told.taken), tables.costs_table(desk, told.costs))


async def run(desk: Desk, *, json: bool) -> None:
    """One turn of the worker."""
    done = await trade_in_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now)
    total = {name: sum(asdict(one)[name] for one in done) for name in asdict(done[0])} if done else {}
    if json:
        return pages.as_json(total)
    told = ", ".join(f"{count:,} {name}" for name, count in total.items() if count)
    return pages.say(f"{told}." if told else "Nothing is due.")


async def _named(desk: Desk, name: str) -> Scheme:
    """The latest scheme of that name. Raises: TradeInSchemeNotFound."""
    found = [one for one in await _latest(desk) if one.terms.name == name]
    if not found:
        raise TradeInSchemeNotFound
    return found[0]


async def _latest(desk: Desk) -> list[Scheme]:
    versions = await desk.whole(queries.schemes_page)
    return list({one.scheme_id: one for one in reversed(versions)}.values())[::-1]
