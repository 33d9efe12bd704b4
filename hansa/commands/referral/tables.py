"""Referral for the eye."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.table import Table

from domain.referral.explaining import because
from domain.referral.models import Referral
from domain.referral.queries import Refused
from domain.referral.terms import AfterReturn, Programme
from domain.values import Money
from hansa.commands.desk import Desk


def programmes_table(desk: Desk, programmes: Sequence[Programme]) -> Table:
    """Programmes, each on a line."""
    table = _table(
        "Referral programmes", "name", "whose", "state", "version", "the friend buys", "most", right={"version"}
    )
    for one in programmes:
        terms = one.terms
        asks = f"{_least(desk, one)} within {terms.within_days} days"
        table.add_row(terms.name, owner(desk, one), one.state.lower(), str(one.version), asks, _most(one))
    return table


def programme_part(desk: Desk, programme: Programme) -> Table:
    """One programme, part by part."""
    terms = programme.terms
    table = _table(f"{terms.name}, {owner(desk, programme)}", "", "")
    table.show_header = False
    table.add_row("state", f"{programme.state.lower()}, version {programme.version}")
    table.add_row(
        "open", f"from {_instant(terms.starts_at)}" + (f" until {_instant(terms.ends_at)}" if terms.ends_at else "")
    )
    where = ", ".join(sorted(desk.partners[one].name for one in terms.partners)) or "anywhere"
    table.add_row("the friend buys", f"{_least(desk, programme)}, {where}, within {terms.within_days} days of joining")
    table.add_row("counts after", f"{terms.return_days} days, if it was kept")
    table.add_row("code is told", f"while joining, or within {terms.accept_days} days")
    table.add_row("most", _most(programme))
    table.add_row("pace", f"{terms.pace_most:,} accounts of one chain in {terms.pace_minutes:,} minutes")
    kept = "taken back" if terms.after_return is AfterReturn.TAKE_BACK else "left"
    table.add_row("after a late return", f"rewards are {kept}")
    table.add_row("recorded by", desk.partners[terms.host].name)
    table.add_row("asks", "just after a redemption" if terms.asks else "no")
    return table


def referrals_table(referrals: Sequence[Referral]) -> Table:
    """The latest referrals."""
    table = _table("Latest", "since", "state", "why not")
    for one in referrals:
        table.add_row(_instant(one.invited_at), one.state.lower(), because(one) or "")
    return table


def refusals_table(refused: Sequence[Refused]) -> Table:
    """Why referrals did not count, and how often."""
    table = _table("Not counted", "why", "times", right={"times"})
    for one in refused:
        table.add_row(one.why.replace("_", " ").lower(), f"{one.count:,}")
    return table


def owner(desk: Desk, programme: Programme) -> str:
    """Whose it is."""
    return desk.coalition.name if programme.partner_id is None else desk.partners[programme.partner_id].name


def plain(desk: Desk, programme: Programme) -> dict[str, Any]:
    """The same for programs."""
    return {
        "id": str(programme.programme_id),
        "version": programme.version,
        "partner": None if programme.partner_id is None else desk.partners[programme.partner_id].slug,
        "state": programme.state,
        "terms": programme.terms.to_json() | {"host": desk.partners[programme.terms.host].slug},
        "live_from": programme.live_from and programme.live_from.isoformat(),
        "live_until": programme.live_until and programme.live_until.isoformat(),
    }


def plain_referral(referral: Referral) -> dict[str, Any]:
    """A referral for programs."""
    return {
        "id": str(referral.referral_id),
        "state": referral.state,
        "refusal": referral.refusal,
        "because": because(referral),
        "invited_at": referral.invited_at.isoformat(),
        "ended_at": referral.ended_at and referral.ended_at.isoformat(),
    }


def _least(desk: Desk, programme: Programme) -> str:
    least = Money.of_minor(programme.terms.least, desk.currency)
    return f"for {least.amount} {least.currency}"


def _most(programme: Programme) -> str:
    terms = programme.terms
    return f"{terms.most:,} friends" + (f" in {terms.most_days} days" if terms.most_days else "")


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M}"


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in (right or set()) else "left")
    return table
