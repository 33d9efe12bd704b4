"""Campaigns for the eye: what they say, what they came to, how their wheels turned."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from domain.analytics.results import Bucket, Results, Stretch
from domain.analytics.turns import Turns
from domain.analytics.uplift import Estimate, Uplift
from domain.earning.budgeting import BudgetStanding
from domain.earning.prizes import Prize, Slot
from domain.earning.rules import prizes_of, rule_to_json
from domain.earning.summary import bounds, conditions
from domain.earning.terms import Campaign, CampaignState
from domain.earning.wording import promise
from domain.ids import PartnerId
from domain.values import Money, Rate
from hansa.commands.desk import Desk

HUES = {CampaignState.LIVE: "green", CampaignState.PAUSED: "yellow", CampaignState.DRAFT: "cyan"}
MOST_MEMBERS = 40
FULL = 24
"""How long the longest bar is."""
SHORT = {Bucket.HOUR: "%Y-%m-%d %H:%M", Bucket.DAY: "%Y-%m-%d", Bucket.MONTH: "%Y-%m"}


def campaigns_table(desk: Desk, campaigns: Sequence[Campaign]) -> Table:
    """Campaigns, each on a line."""
    table = _table("Campaigns", "name", "state", "whose", "gives", "paid by", "until", "id")
    for one in campaigns:
        gives = promise(one.terms.rule, desk.currency)
        until = _day(one.terms.ends_at)
        table.add_row(
            one.terms.name, _state(one), _name(desk, one.partner_id), gives, _paid_by(desk, one), until, _id(one)
        )
    return table


def campaign_part(desk: Desk, campaign: Campaign, missing: Sequence[PartnerId]) -> Group:
    """One campaign, part by part."""
    terms = campaign.terms
    table = _table(f"{terms.name}, version {campaign.version}", "", "")
    table.show_header = False
    table.add_row("state", _state(campaign))
    table.add_row("gives", promise(terms.rule, desk.currency))
    for prize in prizes_of(terms.rule):
        if prize.wheel:
            table.add_row("odds", odds(prize))
    for what, words in conditions(terms):
        table.add_row(what, words)
    for what, words in bounds(terms, desk.currency):
        table.add_row(what, words)
    table.add_row("owner", _name(desk, campaign.partner_id))
    table.add_row("paid by", _paid_by(desk, campaign))
    table.add_row("at tills of", ", ".join(sorted(_name(desk, one) for one in terms.partners)))
    table.add_row("runs", f"{_day(terms.starts_at)} to {_day(terms.ends_at) or 'no end'}")
    if campaign.commitment is not None:
        table.add_row("seed's SHA-256", campaign.commitment.hex())
    if missing:
        table.add_row("to agree", Text(", ".join(_name(desk, one) for one in missing), style="yellow"))
    table.add_row("id", _id(campaign))
    return Group(table)


def odds(prize: Prize) -> str:
    """A wheel's odds: "1/10 100 points, 9/10 nothing"."""
    return ", ".join(f"{Rate(slot.weight, prize.odds)} {slot_words(slot)}" for slot in prize.wheel)


def slot_words(slot: Slot) -> str:
    """What a slot gives: "100 points and A free coffee"."""
    parts = [f"{slot.points} points"] if slot.points else []
    parts += [slot.token.name] if slot.token is not None else []
    return " and ".join(parts) or "nothing"


def results_part(desk: Desk, found: Results, bucket: Bucket) -> Group:
    """What a campaign has come to: in all, by sponsor, by time."""
    tally = found.tally
    total = _table(f"{found.campaign.terms.name}, until {found.as_of:%Y-%m-%d %H:%M}", "", "", right={""})
    total.show_header = False
    for what, figure in (
        ("members reached", f"{tally.reached:,}"),
        ("awards", f"{tally.awards:,}"),
        ("points given", f"{tally.points:,}"),
        ("points taken back", f"{tally.points_back:,}"),
        ("things won", f"{tally.tokens:,}"),
        ("money given", _amount(tally.money - tally.money_back, desk)),
    ):
        total.add_row(what, figure)
    if found.budget is not None:
        total.add_row("budget", _budget(found.budget))
    sponsors = _table("Cost so far, a forecast", "sponsor", "points", "back", "cost", right={"points", "back", "cost"})
    for one in found.sponsors:
        cost = "" if one.cost is None else f"{one.cost.amount:,} {one.cost.currency}"
        sponsors.add_row(_name(desk, one.partner_id), f"{one.points:,}", f"{one.points_back:,}", cost)
    return Group(total, sponsors, _stretches(found.stretches, bucket, desk))


def turns_part(found: Turns) -> Group:
    """Turns of a wheel worked out again."""
    table = _table(f"{found.campaign.terms.name}: turns", "member", "turns", "won", "given", right={"turns"})
    for one in found.members[:MOST_MEMBERS]:
        won = ", ".join(slot_words(slot) for slot in one.slots)
        verdict = Text("as it should", style="green") if one.holds else Text("differs", style="red")
        table.add_row(str(one.member_id), str(len(one.slots)), won, verdict)
    kept = "is the one that was promised" if found.kept else "is not the one that was promised"
    wrong = sum(not one.holds for one in found.members)
    said = f"The seed {kept}. {len(found.members):,} members turned, {wrong:,} were not given what the wheel says."
    return Group(table, Text(said, style="green" if found.holds else "red"))


def uplift_part(found: Uplift) -> Group:
    """Treated against control."""
    table = _table(
        f"{found.campaign.terms.name}: what it has brought", "", "treated", "left out", right={"treated", "left out"}
    )
    treated, control = found.treated, found.control
    table.add_row("members", f"{treated.members:,}", f"{control.members:,}")
    table.add_row("bought", f"{treated.buyers:,}", f"{control.buyers:,}")
    table.add_row("sales", _plain(treated.sales), _plain(control.sales))
    table.add_row("a member", _plain(treated.mean), _plain(control.mean))
    each, more = _estimate(found.difference), _estimate(found.incremental)
    cost = "" if found.cost_per_sale is None else f", {found.cost_per_sale} for each unit of sales more"
    said = f"A member bought for {each} more; in all {more}. It has cost {_plain(found.cost)}{cost}."
    return Group(table, Text(said))


def plainly(desk: Desk, campaign: Campaign) -> dict[str, Any]:
    """A campaign as JSON knows it."""
    terms = campaign.terms
    return {
        "id": str(campaign.campaign_id),
        "version": campaign.version,
        "state": str(campaign.state),
        "name": terms.name,
        "owner": desk.partners[campaign.partner_id].slug,
        "promise": promise(terms.rule, desk.currency),
        "rule": rule_to_json(terms.rule),
        "partners": sorted(desk.partners[one].slug for one in terms.partners),
        "sponsors": {desk.partners[one.partner_id].slug: str(one.share) for one in terms.sponsors},
        "starts_at": terms.starts_at.isoformat(),
        "ends_at": terms.ends_at and terms.ends_at.isoformat(),
        "fingerprint": terms.fingerprint().hex(),
        "commitment": campaign.commitment and campaign.commitment.hex(),
        **terms.parts(),
    }


def _stretches(stretches: Sequence[Stretch], bucket: Bucket, desk: Desk) -> Table:
    columns = ("new members", "awards", "points", "back", "things", "money")
    table = _table("When", bucket.lower(), *columns, "", right=set(columns))
    most = max((one.tally.points for one in stretches), default=0) or 1
    for one in stretches:
        tally = one.tally
        figures = (tally.reached, tally.awards, tally.points, tally.points_back, tally.tokens)
        money = _amount(tally.money - tally.money_back, desk)
        bar = "█" * -(-tally.points * FULL // most)
        table.add_row(f"{one.starts_at:{SHORT[bucket]}}", *(f"{figure:,}" for figure in figures), money, bar)
    return table


def _budget(standing: BudgetStanding) -> str:
    left, whole = standing.shown(standing.left), standing.shown(standing.budget.amount)
    low = ", low" if standing.low_since is not None else ""
    return f"{left:,} of {whole:,} left{low}"


def _paid_by(desk: Desk, campaign: Campaign) -> str:
    sponsors = campaign.terms.sponsors
    if len(sponsors) == 1:
        return _name(desk, sponsors[0].partner_id)
    return ", ".join(f"{_name(desk, one.partner_id)} {one.share}" for one in sponsors)


def _estimate(estimate: Estimate) -> str:
    sure = "" if estimate.significant else ", which may be chance"
    return f"{_plain(estimate.value)} ({_plain(estimate.low)} to {_plain(estimate.high)}{sure})"


def _plain(money: Money) -> str:
    return f"{money.amount:,} {money.currency}"


def _amount(amount: Decimal, desk: Desk) -> str:
    return f"{amount:,.{desk.digits}f} {desk.currency}"


def _state(campaign: Campaign) -> Text:
    return Text(campaign.state.lower(), style=HUES.get(campaign.state, "dim"))


def _name(desk: Desk, partner_id: PartnerId) -> str:
    return desk.partners[partner_id].name


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _id(campaign: Campaign) -> str:
    return str(campaign.campaign_id)


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in (right or ()) else "left", overflow="fold")
    return table
