"""Rewards for the eye: what they promise, who won, what was given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from domain.ids import PartnerId
from domain.rewards.drawing import DrawTold, Proof
from domain.rewards.matching import Giving
from domain.rewards.terms import Reward, RewardState
from domain.rewards.wording import limit_words, pay_words, price_words, step_words
from domain.values import Money
from hansa.commands.desk import Desk

HUES = {RewardState.LIVE: "green", RewardState.PAUSED: "yellow", RewardState.DRAFT: "cyan"}
MOST_WINNERS = 40
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def rewards_table(desk: Desk, rewards: Sequence[Reward], left: Sequence[int | None]) -> Table:
    """Rewards, each on a line."""
    table = _table("Rewards", "name", "kind", "state", "whose", "price", "left", "until", "id", right={"left"})
    for one, rest in zip(rewards, left, strict=True):
        table.add_row(
            one.terms.name,
            _words(one.terms.kind),
            _state(one),
            _name(desk, one.partner_id),
            price_words(one.terms, desk.currency),
            "" if rest is None else f"{rest:,}",
            _day(one.closes_at),
            str(one.reward_id),
        )
    return table


def reward_part(desk: Desk, reward: Reward, missing: Sequence[PartnerId], left: int | None) -> Group:
    """One reward, part by part."""
    terms = reward.terms
    table = _table(f"{terms.name}, version {reward.version}", "", "")
    table.show_header = False
    table.add_row("state", _state(reward))
    table.add_row("kind", _words(terms.kind))
    for place, step in enumerate(terms.steps, 1):
        table.add_row(f"step {place}", step_words(step, desk.currency))
    if terms.pay is not None:
        table.add_row("price", pay_words(terms.pay, desk.currency))
    for what, words in _conditions(reward):
        table.add_row(what, words)
    if terms.stock is not None:
        table.add_row("left", "not opened yet" if left is None else f"{left:,}")
    table.add_row("had", _words(terms.fulfilment))
    table.add_row("owner", _name(desk, reward.partner_id))
    if terms.sponsors:
        shares = ", ".join(f"{_name(desk, one.partner_id)} {one.share}" for one in terms.sponsors)
        table.add_row("paid beyond the points by", shares)
    table.add_row("at", ", ".join(sorted(_name(desk, one) for one in terms.partners)))
    table.add_row("runs", f"{_minute(terms.starts_at)} to {_minute(reward.closes_at) or 'no end'}")
    if terms.draw is not None:
        prizes = ", ".join(f"{prize.winners:,} x {prize.thing}" for prize in terms.draw.prizes)
        table.add_row("drawn", f"{_minute(terms.draw.at)}: {prizes}")
    if reward.commitment is not None:
        table.add_row("seed's SHA-256", reward.commitment.hex())
    if missing:
        table.add_row("to agree", Text(", ".join(_name(desk, one) for one in missing), style="yellow"))
    table.add_row("id", str(reward.reward_id))
    return Group(table)


def draw_part(reward: Reward, told: DrawTold, proof: Proof) -> Group:
    """Who won, and whether the draw is what was promised."""
    table = _table(
        f"{reward.terms.name}: {told.tickets:,} tickets", "place", "won", "ticket", "holder", right={"place"}
    )
    for one in told.winners[:MOST_WINNERS]:
        table.add_row(str(one.place), one.thing, f"{one.number:,}", one.holder)
    if len(told.winners) > MOST_WINNERS:
        table.add_row("", f"and {len(told.winners) - MOST_WINNERS:,} more", "", "")
    said = (
        ("The seed is the one that was promised.", "The seed is not the one that was promised.", proof.seed_kept),
        ("The tickets are those that were closed.", "The tickets are not those that were closed.", proof.tickets_kept),
        ("Drawn again, the same win.", "Drawn again, others win.", proof.winners_right),
    )
    lines = [Text(good if holds else bad, style="green" if holds else "red") for good, bad, holds in said]
    return Group(table, *lines)


def giving_table(desk: Desk, found: Sequence[Giving]) -> Table:
    """What came together, by charity."""
    right = {"gifts", "given", "added", "in all", "members"}
    table = _table("Given", "charity", "gifts", "given", "added", "in all", "members", right=right)
    for one in found:
        amounts = (one.given, one.matched, one.given + one.matched)
        money = (f"{Money.of_minor(units, desk.currency).amount:,} {desk.currency}" for units in amounts)
        members = "below 10" if one.members is None else f"{one.members:,}"
        table.add_row(one.charity, f"{one.gifts:,}", *money, members)
    return table


def plainly(desk: Desk, reward: Reward) -> dict[str, Any]:
    """A reward as JSON knows it."""
    terms = reward.terms
    return terms.to_json() | {
        "id": str(reward.reward_id),
        "version": reward.version,
        "state": str(reward.state),
        "owner": desk.partners[reward.partner_id].slug,
        "partners": sorted(desk.partners[one].slug for one in terms.partners),
        "sponsors": {desk.partners[one.partner_id].slug: str(one.share) for one in terms.sponsors},
        "fingerprint": terms.fingerprint().hex(),
        "commitment": reward.commitment and reward.commitment.hex(),
    }


def _conditions(reward: Reward) -> list[tuple[str, str]]:
    terms = reward.terms
    said = [("limit", limit_words(limit)) for limit in terms.limits]
    if terms.tiers:
        said.append(("tiers", ", ".join(sorted(terms.tiers))))
    if terms.segments or terms.not_segments:
        said.append(("segments", f"{len(terms.segments)} named, {len(terms.not_segments)} left out"))
    if terms.weekdays:
        said.append(("days", ", ".join(WEEKDAYS[day - 1] for day in sorted(terms.weekdays))))
    if terms.hours:
        said.append(("hours", ", ".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in terms.hours)))
    for phase in terms.early:
        who = ", ".join(sorted(phase.tiers)) or "some segments"
        said.append(("first", f"{who} until {_minute(phase.until)}"))
    if terms.charity is not None:
        said.append(("for", terms.charity))
    if terms.automatic is not None:
        said.append(("comes", "by itself once the points reach a step"))
    return said


def _state(reward: Reward) -> Text:
    return Text(reward.state.lower(), style=HUES.get(reward.state, "dim"))


def _words(name: str) -> str:
    return name.lower().replace("_", " ")


def _name(desk: Desk, partner_id: PartnerId) -> str:
    return desk.partners[partner_id].name


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _minute(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d %H:%M}"


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for column in columns:
        table.add_column(column, justify="right" if column in (right or ()) else "left", overflow="fold")
    return table
