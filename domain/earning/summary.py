"""All that a campaign says beside its rule, in words that marketing people use."""

from __future__ import annotations

from collections.abc import Iterator

from domain.earning.bounds import Budget, Cap, CapOf, CapPer, Pacing, Release
from domain.earning.matching import LineMatch
from domain.earning.stacking import Mode
from domain.earning.terms import Terms
from domain.earning.when import When
from domain.values import Money, Rate

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
BESIDE = {
    Mode.ADD: "together with others",
    Mode.BEST: "only the one of {group} that is worth most",
    Mode.FIRST: "only the first of {group} that gives anything",
    Mode.EXCLUSIVE: "alone, if that is worth more than the rest together",
    Mode.ALWAYS: "whatever else gives",
}


def conditions(terms: Terms) -> Iterator[tuple[str, str]]:
    """When, for whom and for what it holds: what is asked, and the words; what asks nothing is left out."""
    when = terms.when
    yield "answers", ", ".join(sorted(when.triggers))
    if when.timed:
        yield "at", _times(when)
    if when.channels:
        yield "channels", ", ".join(sorted(when.channels))
    if terms.tiers:
        yield "tiers", ", ".join(sorted(terms.tiers))
    if when.segments or when.not_segments:
        yield "segments", f"{len(when.segments)} of which one, {len(when.not_segments)} left out"
    if when.condition:
        yield "if", when.condition
    if when.days_before or when.days_after is not None:
        after = "" if when.days_after is None else f" to {when.days_after} days after it"
        yield "around the day", f"from {when.days_before} days before{after}"
    if when.control:
        yield "left out", f"{_percent(when.control)} of members, to compare with"
    if words := lines(terms.rule.lines):
        yield "lines", words


def bounds(terms: Terms, currency: str) -> Iterator[tuple[str, str]]:
    """Beside whom it gives and how much: what is bounded, and the words; what is not bounded is left out."""
    stacking = terms.stacking
    if stacking.mode is not Mode.ADD:
        yield "beside others", BESIDE[stacking.mode].format(group=stacking.group)
    for cap in terms.caps:
        yield "cap", cap_words(cap)
    if terms.budget is not None:
        yield "budget", budget_words(terms.budget, currency)
    if terms.return_days is not None:
        yield "points wait", f"{terms.return_days} days"
    if terms.release.at is not None:
        yield "released", release_words(terms.release)


def cap_words(cap: Cap) -> str:
    """A cap: "at most 100 points for each member and day"."""
    whose = "member" if cap.per is CapPer.MEMBER else "household"
    what = "points" if cap.of is CapOf.POINTS else "times"
    per = (
        f" and {cap.period.value.lower()}" if cap.period is not None else f" within {cap.hours} hours" * bool(cap.hours)
    )
    shared = f", together with others of {cap.shared}" if cap.shared else ""
    return f"at most {cap.most:,} {what} for each {whose}{per}{shared}"


def budget_words(budget: Budget, currency: str) -> str:
    """A budget: "10,000 points, the same for each day; told at 80 %"."""
    amount = f"{budget.points:,} points" if budget.points is not None else _money(budget.amount, currency)
    even = ", the same for each day" if budget.pacing is Pacing.EVEN else ""
    return f"{amount}{even}; told at {_percent(budget.alert)}"


def release_words(release: Release) -> str:
    """When points that wait no longer can be spent: "06:00 on Mon, 1 day later at least"."""
    day = f" on {DAYS[release.weekday - 1]}" if release.weekday else ""
    later = f", {release.days} days later at least" if release.days else ""
    return f"{release.at:%H:%M}{day}{later}"


def lines(match: LineMatch) -> str:
    """Which lines count: "categories DAIRY, but not departments WINE"; empty where every line does."""
    parts = [_named(name, getattr(match, name)) for name in ("skus", "gtins", "brands", "categories", "departments")]
    parts += [
        f"{len(getattr(match, name))} {name}" for name in ("makers", "suppliers", "outlets") if getattr(match, name)
    ]
    if match.private_label is not None:
        parts.append("own brands" if match.private_label else "no own brands")
    parts += [f"but not {lines(exclusion)}" for exclusion in match.excluding]
    return ", ".join(part for part in parts if part)


def _times(when: When) -> str:
    days = " ".join(DAYS[day - 1] for day in sorted(when.weekdays))
    hours = ", ".join(f"{one.start:%H:%M}-{one.end:%H:%M}" for one in when.hours)
    zone = f"({when.time_zone})" if when.time_zone else ""
    return " ".join(part for part in (days, hours, zone) if part)


def _named(name: str, values: frozenset[str]) -> str:
    return f"{name} {' '.join(sorted(values))}" if values else ""


def _percent(share: Rate) -> str:
    hundredfold = share * 100
    return f"{hundredfold.numerator} %" if hundredfold.denominator == 1 else f"{share}"


def _money(units: int, currency: str) -> str:
    return f"{Money.of_minor(units, currency).amount:,} {currency}"
