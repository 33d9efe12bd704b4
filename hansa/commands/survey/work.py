"""What the commands about surveys do: a step or a question at the desk, then a table, JSON or CSV."""

from __future__ import annotations

import csv
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.ids import PartnerId
from domain.surveys import managing, queries, reporting
from domain.surveys.errors import InvalidSurvey, SurveyNotFound
from domain.surveys.reporting import FEWEST, By
from domain.surveys.terms import Survey
from hansa import reporting as out
from hansa.asking import ask_now
from hansa.commands.desk import Desk
from hansa.commands.meaning import part_of
from hansa.commands.settle.tables import show
from hansa.commands.survey import tables
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.sections import SECTIONS
from hansa.recipes.typed import beside


async def list_surveys(desk: Desk, *, json: bool) -> None:
    """All surveys, each in its newest version."""
    found = await desk.whole(queries.surveys_of, None)
    newest = list({one.survey_id: one for one in reversed(found)}.values())
    if json:
        return out.as_json([tables.plain(desk, one) for one in newest])
    if not newest:
        return out.say("There are no surveys yet: hansa survey draft FILE")
    return show(tables.surveys_table(desk, newest))


async def show_survey(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """One survey."""
    _say(desk, await _named(desk, name, slug), json=json)


async def draft(desk: Desk, file: Path, slug: str | None, *, json: bool) -> None:
    """A survey out of a file: a new one, or the next version of the one that is called so."""
    owner = None if slug is None else desk.partner(slug)
    name, rest = beside(part_of(file), "name")
    cast = Cast(partners={one.slug: PartnerId(one.partner_id) for one in desk.partners.values()}, segments={})
    reading = Reading(cast=cast, currency=desk.currency, zone=ZoneInfo(desk.coalition.time_zone))
    terms = SECTIONS["surveys"](reading, name.text(), rest)
    try:
        known = await desk.ctx.read(queries.survey_by_name, owner, terms.name)
    except SurveyNotFound:
        done = await desk.ctx.write(managing.draft, owner, terms, now=desk.ctx.now)
    else:
        done = await desk.ctx.write(managing.change, owner, known.survey_id, terms, now=desk.ctx.now)
    _say(desk, done, json=json)


async def publish(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """Put its draft live."""
    await _step(desk, managing.publish, name, slug, json=json)


async def pause(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """Let it rest."""
    await _step(desk, managing.pause, name, slug, json=json)


async def resume(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """Go on."""
    await _step(desk, managing.resume, name, slug, json=json)


async def end(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """End it."""
    await _step(desk, managing.end, name, slug, json=json)


async def report(desk: Desk, name: str, slug: str | None, by: str | None, *, json: bool) -> None:
    """What members answered, in sums."""
    survey = await _named(desk, name, slug)
    wanted = None if by is None else _by(by)
    key = desk.ctx.keys.personal_data
    found = await desk.ctx.read(reporting.report, survey.survey_id, by=wanted, personal_key=key)
    if json:
        told = {"whole": None if found.whole is None else tables.rows([found.whole])[0]}
        texts = [{"question": one.question, "text": one.text} for one in found.texts]
        return out.as_json({**told, "groups": tables.rows(found.groups), "untold": found.untold, "texts": texts})
    if found.whole is None:
        return out.say(f"Fewer than {FEWEST} members have answered; nothing is told of them.")
    show(*tables.report_parts(found))
    for said in found.texts:
        out.say(f"{said.question}: {said.text}")
    if found.untold:
        out.say(f"{found.untold} groups are not told: they are too small, or would give such a group away.")
    return None


async def export(desk: Desk, name: str, slug: str | None) -> None:
    """Complete responses as CSV. Of fewer than ten members, those alone that allow it."""
    survey = await _named(desk, name, slug)
    found = await desk.ctx.read(reporting.answers_told, survey.survey_id)
    complete = [one for one in found.told if one.complete]
    if len({one.who for one in complete}) < FEWEST:
        complete = [one for one in complete if one.pairwise_id is not None]
    keys = [one.key for one in survey.terms.questions]
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["member", "version", *(by.lower() for by in By), *keys])
    for one in complete:
        answers = [_cell(one.answers[key].closed()) if key in one.answers else "" for key in keys]
        writer.writerow([one.pairwise_id or "", one.version, *(one.groups[by] or "" for by in By), *answers])


async def policy(desk: Desk, most: int | None, days: int | None, *, json: bool) -> None:
    """How often members are asked at most."""
    stands = await desk.ctx.read(managing.policy_of)
    if most is not None or days is not None:
        stands = await desk.ctx.write(managing.set_policy, most or stands.asks_most, days or stands.asks_days)
    if json:
        return out.as_json({"asks_most": stands.asks_most, "asks_days": stands.asks_days})
    return out.say(f"A member is asked at most {stands.asks_most} times in {stands.asks_days} days, over all surveys.")


async def run(desk: Desk, *, json: bool) -> None:
    """One turn of the worker."""
    done = await ask_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now)
    total = {name: count for one in done for name, count in asdict(one).items()}
    if json:
        return out.as_json(total)
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in total.items() if count)
    return out.say(f"{told}." if told else "Nothing is due.")


async def _step(desk: Desk, step: Callable[..., Awaitable[Survey]], name: str, slug: str | None, *, json: bool) -> None:
    survey = await _named(desk, name, slug)
    _say(desk, await desk.ctx.write(step, survey.partner_id, survey.survey_id, now=desk.ctx.now), json=json)


async def _named(desk: Desk, name: str, slug: str | None) -> Survey:
    owner = None if slug is None else desk.partner(slug)
    return await desk.ctx.read(queries.survey_by_name, owner, name)


def _by(said: str) -> By:
    if said.upper() not in By.__members__:
        raise InvalidSurvey(f"--by is {', '.join(by.lower() for by in By)}", path=("by",))
    return By(said.upper())


def _cell(closed: dict[str, object]) -> str:
    """An answer in one cell; members' own words stay out."""
    if "options" in closed:
        options = closed["options"]
        assert isinstance(options, list)
        return "|".join([*options, *(["other"] if closed.get("other") else [])])
    value = next(iter(closed.values()))
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _say(desk: Desk, survey: Survey, *, json: bool) -> None:
    if json:
        return out.as_json(tables.plain(desk, survey))
    return show(tables.survey_part(desk, survey))
