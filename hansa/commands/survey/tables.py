"""Surveys for the eye."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich import box
from rich.table import Table

from domain.surveys.questions import Question, said_in
from domain.surveys.reporting import GroupReport, QuestionReport, SurveyReport
from domain.surveys.terms import Survey
from hansa.commands.desk import Desk

WIDEST_BAR = 30
BAR = "█"


def surveys_table(desk: Desk, surveys: Sequence[Survey]) -> Table:
    """Surveys, each on a line."""
    table = _table("Surveys", "name", "whose", "state", "version", "questions", "asked after", right={"version"})
    for one in surveys:
        terms = one.terms
        asked = ", ".join(moment.kind.lower() for moment in terms.moments) or "nothing"
        table.add_row(
            terms.name, owner(desk, one), one.state.lower(), str(one.version), str(len(terms.questions)), asked
        )
    return table


def survey_part(desk: Desk, survey: Survey) -> Table:
    """One survey, question by question."""
    terms = survey.terms
    stands = f"{survey.state.lower()}, version {survey.version}"
    title = f"{said_in(terms.title, None, terms.base)} ({terms.name}, {owner(desk, survey)}; {stands})"
    table = _table(title, "question", "is asked as", "words", "only if")
    for one in terms.questions:
        needed = "" if one.required else ", may be left open"
        table.add_row(one.key, f"{one.kind.lower()}{needed}", said_in(one.text, None, terms.base), _only_if(one))
    return table


def report_parts(report: SurveyReport) -> list[Table]:
    """What a survey says: all of it, then what was asked apart."""
    terms = report.survey.terms
    if report.whole is None:
        return []
    parts = [_group(f"{said_in(terms.title, None, terms.base)}: all", report.whole, terms.base)]
    parts += [_group(f"{one.key or 'not known'}", one, terms.base) for one in report.groups]
    return parts


def rows(report: Iterable[GroupReport]) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "key": one.key,
            "members": one.members,
            "complete": one.complete,
            "begun": one.begun,
            "offered": one.offered,
            "answered_offers": one.answered_offers,
            "questions": [_question(each) for each in one.questions],
        }
        for one in report
    ]


def owner(desk: Desk, survey: Survey) -> str:
    """Whose it is."""
    return desk.coalition.name if survey.partner_id is None else desk.partners[survey.partner_id].name


def plain(desk: Desk, survey: Survey) -> dict[str, Any]:
    """The same for programs."""
    return {
        "id": str(survey.survey_id),
        "version": survey.version,
        "partner": None if survey.partner_id is None else desk.partners[survey.partner_id].slug,
        "state": survey.state,
        "terms": survey.terms.to_json(),
        "live_from": survey.live_from and survey.live_from.isoformat(),
        "live_until": survey.live_until and survey.live_until.isoformat(),
    }


def _group(title: str, group: GroupReport, base: str) -> Table:
    offered = f", {group.answered_offers:,} of {group.offered:,} offers answered" if group.offered else ""
    table = _table(
        f"{title} ({group.members:,} members, {group.complete:,} complete, {group.begun:,} begun{offered})",
        *("question", "answer", "count", ""),
        right={"count"},
    )
    for one in group.questions:
        first = f"{one.question.key}: {said_in(one.question.text, None, base)}"
        for count in one.options:
            bar = BAR * (WIDEST_BAR * count.count // max(one.answered, 1))
            table.add_row(first, count.option, f"{count.count:,}", bar)
            first = ""
        table.add_row(first, *_sums(one))
        table.add_section()
    return table


def _sums(one: QuestionReport) -> tuple[str, str, str]:
    said = [f"{one.answered:,} of {one.asked:,} asked"]
    if one.satisfaction is not None:
        found = one.satisfaction
        said.append(f"CSAT {100 * found.satisfied // found.answered} %, mean {found.total / found.answered:.2f}")
    if one.promoters is not None:
        low, high = one.promoters.interval
        said.append(f"NPS {one.promoters.score.__round__()} ({low} to {high})")
    if one.dropped:
        said.append(f"{one.dropped:,} stopped here")
    return "answered", f"{one.answered:,}", "; ".join(said)


def _question(one: QuestionReport) -> dict[str, Any]:
    told: dict[str, Any] = {
        "question": one.question.key,
        "asked": one.asked,
        "answered": one.answered,
        "dropped": one.dropped,
        "options": {count.option: count.count for count in one.options},
    }
    if one.satisfaction is not None:
        told["csat"] = {"share": str(one.satisfaction.share), "mean": str(one.satisfaction.mean)}
    if one.promoters is not None:
        low, high = one.promoters.interval
        told["nps"] = {"score": str(one.promoters.score), "low": str(low), "high": str(high)}
    return told


def _only_if(question: Question) -> str:
    condition = question.only_if
    if condition is None:
        return ""
    if condition.answered is not None:
        return f"{condition.question} is {'' if condition.answered else 'not '}answered"
    if condition.any_of:
        return f"{condition.question} is {' or '.join(sorted(condition.any_of))}"
    bounds = [("at least", condition.at_least), ("at most", condition.at_most)]
    return f"{condition.question} is " + " and ".join(f"{word} {bound}" for word, bound in bounds if bound is not None)


def _table(title: str, *columns: str, right: set[str] | None = None) -> Table:
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left")
    for column in columns:
        table.add_column(column, justify="right" if column in (right or set()) else "left")
    return table
