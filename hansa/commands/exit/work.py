"""What the commands of exits and of the coalition's end do: a step or a question, then a page or JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from domain.coalition import leaving
from domain.coalition.exit_words import ExitStep, Remainder, Residual, WindDownStep
from domain.coalition.leaving import GiveNotice
from domain.settlement.exits import exiting, winding_down
from domain.settlement.exits.blockers import Blocker
from domain.settlement.exits.exiting import ExitView, StepView
from domain.settlement.exits.winding_down import AnnounceEnd, WindDownStepView, WindDownView
from hansa import reporting
from hansa.commands.contract.work import begins
from hansa.commands.desk import Desk
from hansa.commands.settle.tables import show as on_page
from partners.scopes import Scope

DECIDES = (Scope.PARTNERS_MANAGE, Scope.SETTLEMENT_APPROVE)


async def everybody(desk: Desk, *, json: bool) -> None:
    """Who is leaving or has left."""
    found = await desk.ctx.read(leaving.exits)
    if json:
        return reporting.as_json([one.model_dump(mode="json") for one in found])
    table = _table("partner", "notice", "exit day", "tills honour until", "its points", "closed")
    for one in found:
        table.add_row(
            desk.partners[one.partner_id].name,
            f"withdrawn {one.withdrawn_at:%Y-%m-%d}" if one.withdrawn_at else f"{one.noticed_at:%Y-%m-%d}",
            f"{one.exit_at:%Y-%m-%d}",
            f"{one.honours_until:%Y-%m-%d}",
            (one.remainder or "undecided").replace("_", " ").lower(),
            f"{one.closed_at:%Y-%m-%d}" if one.closed_at else "",
        )
    return on_page(table)


async def show(desk: Desk, slug: str, *, json: bool) -> None:
    """A partner's way out."""
    await _say(desk, desk.partner(slug), json=json)


async def notice(desk: Desk, slug: str, on: str, reason: str, person: str, *, json: bool) -> None:
    """Notice."""
    by = await desk.either(person, *DECIDES)
    command = GiveNotice(partner_id=desk.partner(slug), exit_at=begins(desk, on), reason=reason)
    await desk.ctx.write(leaving.give_notice, command, by=by, now=desk.ctx.now)
    await _say(desk, desk.partner(slug), json=json)


async def withdraw(desk: Desk, slug: str, person: str, *, json: bool) -> None:
    """Notice, taken back."""
    by = await desk.either(person, *DECIDES)
    done = await desk.ctx.write(leaving.withdraw, desk.partner(slug), by=by, now=desk.ctx.now)
    if json:
        return reporting.as_json(done.model_dump(mode="json"))
    return reporting.say(f"{desk.partners[done.partner_id].name} stays.")


async def remainder(desk: Desk, slug: str, choice: Remainder, person: str, *, json: bool) -> None:
    """What becomes of points nobody has spent."""
    by = await desk.either(person, *DECIDES)
    await desk.ctx.write(leaving.choose_remainder, desk.partner(slug), choice, by=by, now=desk.ctx.now)
    await _say(desk, desk.partner(slug), json=json)


async def step(desk: Desk, slug: str, what: ExitStep, person: str, *, json: bool) -> None:
    """A step on the way out."""
    by = await desk.person(person, Scope.SETTLEMENT_PREPARE)
    await desk.ctx.write(exiting.take, desk.partner(slug), what, by=by, now=desk.ctx.now)
    await _say(desk, desk.partner(slug), json=json)


async def show_end(desk: Desk, *, json: bool) -> None:
    """How far the end has come."""
    _say_end(await desk.ctx.read(winding_down.view, now=desk.ctx.now), json=json)


async def announce(
    desk: Desk, earning: str, spending: str, residual: Residual, reason: str, person: str, *, json: bool
) -> None:
    """The end, announced."""
    by = await desk.either(person, *DECIDES)
    command = AnnounceEnd(
        earning_ends_at=begins(desk, earning), spending_ends_at=begins(desk, spending), residual=residual, reason=reason
    )
    await desk.ctx.write(winding_down.announce, command, by=by, now=desk.ctx.now)
    await show_end(desk, json=json)


async def step_of_end(desk: Desk, what: WindDownStep, person: str, *, json: bool) -> None:
    """A step of the end."""
    by = await desk.either(person, *DECIDES)
    await desk.ctx.write(winding_down.take, what, by=by, now=desk.ctx.now)
    await show_end(desk, json=json)


async def withdraw_end(desk: Desk, person: str, *, json: bool) -> None:
    """The end, taken back."""
    by = await desk.either(person, *DECIDES)
    done = await desk.ctx.write(winding_down.withdraw, by=by, now=desk.ctx.now)
    if json:
        return reporting.as_json(done.model_dump(mode="json"))
    return reporting.say("The coalition goes on.")


async def _say(desk: Desk, partner_id: UUID, *, json: bool) -> None:
    view = await desk.ctx.read(exiting.view, partner_id, now=desk.ctx.now)
    if json:
        return reporting.as_json(_plain_exit(view))
    name = desk.partners[view.leaving.partner_id].name
    parts: list[RenderableType] = [_steps(f"{name} leaves", view.steps)]
    if view.outstanding:
        parts.append(Text(f"{view.outstanding:,} of its points are still out; members keep them.", style="dim"))
    if view.options:
        options = _table("what may become of them", "", f"it pays, {desk.currency}")
        for option in view.options:
            chosen = "● " if view.leaving.remainder == option.remainder else ""
            label = f"{chosen}{option.remainder.replace('_', ' ').lower()}"
            options.add_row(label, option.says, f"{option.amount:,.{desk.digits}f}")
        parts.append(options)
    return on_page(*parts)


def _say_end(view: WindDownView, *, json: bool) -> None:
    if json:
        return reporting.as_json(
            {
                "wind_down": view.wind_down.model_dump(mode="json"),
                "next": view.next,
                "steps": [_plain_step(one) for one in view.steps],
            }
        )
    return on_page(_steps("The coalition ends", view.steps))


def _steps(title: str, steps: Sequence[StepView | WindDownStepView]) -> Table:
    table = _table("step", "done", "due", "what stands before it", "since", title=title)
    for one in steps:
        first = one.blockers[0] if one.blockers else None
        name = Text(
            one.step.replace("_", " ").lower(), style="green" if one.done_at else "" if first is None else "bold"
        )
        table.add_row(name, _day(one.done_at), _day(one.due_at), *_blocker(first))
        for other in one.blockers[1:]:
            table.add_row("", "", "", *_blocker(other))
    return table


def _blocker(blocker: Blocker | None) -> tuple[str, str]:
    return ("", "") if blocker is None else (blocker.says, _day(blocker.since))


def _day(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment:%Y-%m-%d}"


def _plain_exit(view: ExitView) -> dict[str, Any]:
    return {
        "exit": view.leaving.model_dump(mode="json"),
        "next": view.next,
        "outstanding": view.outstanding,
        "steps": [_plain_step(one) for one in view.steps],
        "options": [
            {"remainder": one.remainder, "says": one.says, "amount": f"{one.amount:f}"} for one in view.options
        ],
    }


def _plain_step(one: StepView | WindDownStepView) -> dict[str, Any]:
    return {
        "step": one.step,
        "done_at": one.done_at and one.done_at.isoformat(),
        "due_at": one.due_at and one.due_at.isoformat(),
        "blockers": [{"says": each.says, "since": each.since.isoformat()} for each in one.blockers],
    }


def _table(*headings: str, title: str | None = None) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        table.add_column(heading)
    return table
