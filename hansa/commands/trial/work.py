"""What the commands about trials do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.segments.queries import segments_page
from domain.surveys.queries import survey_by_name
from domain.surveys.terms import SurveyId
from domain.trials import drawing, managing, queries
from domain.trials.terms import Trial, TrialTerms
from domain.vouchers.queries import latest_coupons
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.meaning import one_called, part_of
from hansa.commands.settle.tables import show
from hansa.commands.trial import tables
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.parts import Part
from hansa.recipes.typed import Typed

SEED = 32
STEPS: Mapping[str, Callable[..., Awaitable[Trial]]] = {
    "publish": managing.publish,
    "pause": managing.pause,
    "resume": managing.resume,
    "end": managing.end,
}


async def list_trials(desk: Desk, *, json: bool) -> None:
    """All trials."""
    found = await desk.whole(queries.trials_page)
    reports = [await desk.ctx.read(queries.report, one.trial_id) for one in found]
    if json:
        return reporting.as_json([tables.plain(desk, one) for one in reports])
    if not found:
        return reporting.say("There are no trials yet: hansa trial draft FILE --partner SLUG")
    return show(tables.trials_table(desk, reports))


async def show_trial(desk: Desk, name: str, slug: str, *, json: bool) -> None:
    """One trial, with what became of it."""
    trial = await _named(desk, name, desk.partner(slug))
    report = await desk.ctx.read(queries.report, trial.trial_id)
    if json:
        return reporting.as_json(tables.plain(desk, report))
    return show(tables.trial_part(desk, report))


async def draft(desk: Desk, file: Path, slug: str, *, json: bool) -> None:
    """A trial out of a file: a new one, or the next version of the one that is called so."""
    owner = desk.partner(slug)
    terms = await _terms(desk, file, owner)
    known = [
        one
        for one in await desk.whole(queries.trials_page)
        if (one.partner_id, one.terms.name) == (owner, terms.name) and one.state != "ENDED"
    ]
    if known:
        done = await desk.ctx.write(managing.change, owner, known[0].trial_id, terms, now=desk.ctx.now)
    else:
        done = await desk.ctx.write(managing.draft, owner, terms, now=desk.ctx.now)
    await _say(desk, done, json=json)


async def step(desk: Desk, what: str, name: str, slug: str, *, json: bool) -> None:
    """Publish, pause, resume or end a trial."""
    owner = desk.partner(slug)
    trial = await _named(desk, name, owner)
    doing = STEPS[what]
    if what == "publish":
        doing = partial(managing.publish, seed=secrets.token_bytes(SEED))
    await _say(desk, await desk.ctx.write(doing, owner, trial.trial_id, now=desk.ctx.now), json=json)


async def prove(desk: Desk, name: str, slug: str, *, json: bool) -> None:
    """Hold a draw to what was promised."""
    trial = await _named(desk, name, desk.partner(slug))
    told = await desk.ctx.read(drawing.draw_told, trial.trial_id)
    tickets = await drawing.all_tickets(desk.ctx.database.pool, trial.trial_id)
    proof = drawing.prove(told, tickets)
    if json:
        return reporting.as_json(asdict(proof) | {"holds": proof.holds, "tickets": len(tickets)})
    if proof.holds:
        return reporting.say(f"Drawn as promised: {len(tickets):,} tickets, by the seed {(told.seed or b'').hex()}.")
    wrong = ", ".join(name.replace("_", " ") for name, holds in asdict(proof).items() if not holds)
    return reporting.say(f"This is not what was promised; it fails on: {wrong}.")


async def _named(desk: Desk, name: str, owner: PartnerId) -> Trial:
    found = [one for one in await desk.whole(queries.trials_page) if one.partner_id == owner]
    by_id = [one for one in found if str(one.trial_id) == name]
    return by_id[0] if by_id else one_called(name, found, "trial", lambda one: one.trial_id)


async def _terms(desk: Desk, file: Path, owner: PartnerId) -> TrialTerms:
    part = part_of(file)
    segments = await desk.whole(segments_page)
    cast = Cast(
        partners={one.slug: PartnerId(one.partner_id) for one in desk.partners.values()},
        segments={one.name: one.segment_id for one in segments if one.owner in {None, owner}},
    )
    reading = Reading(cast=cast, currency=desk.currency, zone=ZoneInfo(desk.coalition.time_zone))
    coupons = {one.terms.name: one.coupon_id for one in await desk.ctx.read(latest_coupons) if one.partner_id == owner}
    parts = part.named()
    survey = SurveyId(UUID(int=0))
    if "survey" in parts:
        survey = (await desk.ctx.read(survey_by_name, owner, parts["survey"].text())).survey_id

    def coupon(named: Part) -> UUID:
        if named.text() not in coupons:
            raise InvalidValue(f"{named.text()!r} is no coupon of that partner", path=("coupon",))
        return coupons[named.text()]

    ways = {
        "survey": lambda _part: survey,
        "coupon": coupon,
        "partners": lambda part: frozenset(map(cast.partner, part.many())),
        "segments": lambda part: frozenset(map(cast.segment, part.many())),
    }
    return Typed(reading=reading, amounts=frozenset({"cost"}), named=ways).read(TrialTerms, part)


async def _say(desk: Desk, trial: Trial, *, json: bool) -> None:
    report = await desk.ctx.read(queries.report, trial.trial_id)
    if json:
        return reporting.as_json(tables.plain(desk, report))
    return show(tables.trial_part(desk, report))
