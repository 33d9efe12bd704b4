"""Generated expressions with facts, each written for us and for an evaluator of CEL by others.

The other one gets what `exists`, `all`, `sum` and `filter` mean by the specification (the answers for each line, joined
by `||`, `&&` or `+`), since it has no sum and gives up at the first line without an answer; `0 - x` for `-x`, since it
lets the smallest number be its own opposite; and functions of ours for those of times, for `lowerAscii`, which it has
not, and for the size of texts, which it counts in bytes, against the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import cel
from hypothesis import strategies as st

from domain.expressions.kinds import BOOL, INT, TEXT, TIME, ListOf, RecordOf, Vocabulary

RIGA = ZoneInfo("Europe/Riga")
LARGEST, SMALLEST = 2**63 - 1, -(2**63)
VOCABULARY = Vocabulary(
    {
        "purchase": RecordOf("purchase", {"amount": INT, "quantity": INT, "channel": TEXT, "tenders": ListOf(TEXT)}),
        "lines": ListOf(RecordOf("line", {"amount": INT, "units": INT, "category": TEXT, "private_label": BOOL})),
        "member": RecordOf("member", {"tier": TEXT, "joined": TIME}),
        "at": TIME,
    }
)
NUMBERS = st.one_of(
    st.sampled_from([0, 1, -1, 2, -2, 3, -7, 7, 10, 100, LARGEST, SMALLEST, LARGEST - 1]), st.integers(-20, 20)
)
TEXTS = st.sampled_from(["", "WEB", "web", "WEBSHOP", "Ā", "āb", "STRAẞE", 'a"b', "\\", "CARD", "\N{GRINNING FACE}"])
TIMES = st.one_of(
    st.sampled_from(
        [
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # the clock goes back in Riga half an hour later
            datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),
            datetime(2026, 12, 31, 22, 30, tzinfo=UTC),
        ]
    ),
    st.datetimes(datetime(2002, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
)

ON_PURCHASE, IN_A_LINE = "purchase", "line"
"""Where an expression stands: what is asked of the whole, or of each line."""
SIGNS = ("==", "!=", "<", "<=", ">", ">=")

Facts = dict[str, Any]
Written = Callable[[int | None, str], str]
"""The text, for so many lines or, with None, for us; and the name of the line at hand."""


@st.composite
def facts(draw: st.DrawFn) -> Facts:
    """Facts by their full names; some are not known."""
    line = st.fixed_dictionaries(
        {"amount": NUMBERS, "units": st.integers(0, 5), "category": TEXTS, "private_label": st.booleans()}
    )
    return {
        "purchase.amount": draw(NUMBERS),
        "purchase.quantity": draw(st.one_of(st.none(), st.integers(-3, 3))),
        "purchase.channel": draw(TEXTS),
        "purchase.tenders": draw(st.lists(TEXTS, max_size=3)),
        "lines": draw(st.lists(line, max_size=4)),
        "member.tier": draw(st.one_of(st.none(), TEXTS)),
        "member.joined": draw(st.one_of(st.none(), TIMES)),
        "at": draw(TIMES),
    }


def literal(value: int | str) -> Written:
    """A number or a text as it is written."""
    if isinstance(value, int):
        shown = f"({value})" if value > SMALLEST else f"({value + 1} - 1)"
    else:
        shown = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return lambda _lines, _line: shown


def joined(template: str, *parts: Written) -> Written:
    """Parts in a template, in round brackets."""
    return lambda lines, line: "(" + template.format(*(part(lines, line) for part in parts)) + ")"


def differing(ours: str, theirs: str, *parts: Written) -> Written:
    """Parts in one template for us and in another for the other evaluator."""
    return lambda lines, line: joined(ours if lines is None else theirs, *parts)(lines, line)


def name(path: str) -> Written:
    """A fact."""
    return lambda _lines, _line: path


def field(path: str) -> Written:
    """A field of the line at hand."""
    return lambda _lines, line: f"{line}.{path}"


def folded(function: str, body: Written, kept: Written | None) -> Written:
    """What the lines come to, perhaps only those that are kept."""
    sign, none, part = {
        "exists": (" || ", "false", "({kept} && {body})"),
        "all": (" && ", "true", "(!{kept} || {body})"),
        "sum": (" + ", "0", "({kept} ? {body} : 0)"),
        "size": (" + ", "0", "({kept} ? 1 : 0)"),
    }[function]

    def written(lines: int | None, _line: str) -> str:
        if lines is None:
            kept_by = "" if kept is None else f".filter(k, {kept(None, 'k')})"
            return (
                f"lines{kept_by}.size()" if function == "size" else f"lines{kept_by}.{function}(l, {body(None, 'l')})"
            )
        each = [f"lines[{place}]" for place in range(lines)]
        tests = [kept(lines, one) if kept else "true" for one in each]
        parts = [part.format(kept=test, body=body(lines, one)) for test, one in zip(tests, each, strict=True)]
        # Every filter is asked before any line is, and one without an answer leaves nothing to go through.
        return f"(size([{', '.join(tests)}]) >= 0 ? ({sign.join(parts) or none}) : ({none}))"

    return written


LINE_NUMBERS = {ON_PURCHASE: [], IN_A_LINE: [field("amount"), field("units")]}
LINE_TEXTS = {ON_PURCHASE: [], IN_A_LINE: [field("category")]}
LINE_FLAGS = {ON_PURCHASE: [], IN_A_LINE: [field("private_label")]}


def shaped(template: str, *parts: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    """Generated parts in a template."""
    return st.tuples(*parts).map(lambda drawn: joined(template, *drawn))


def over_lines(functions: Sequence[str], body: st.SearchStrategy[Written], depth: int) -> st.SearchStrategy[Written]:
    """What lines come to, all of them or those that a filter leaves."""
    kept = st.one_of(st.none(), conditions(depth, IN_A_LINE))
    return st.tuples(st.sampled_from(functions), body, kept).map(lambda drawn: folded(*drawn))


@cache
def whole_numbers(depth: int, place: str) -> st.SearchStrategy[Written]:
    """Expressions that come to a number."""
    leaves = st.one_of(
        st.sampled_from([name("purchase.amount"), name("purchase.quantity"), *LINE_NUMBERS[place]]),
        NUMBERS.map(literal),
    )
    if depth == 0:
        return leaves
    number, test = whole_numbers(depth - 1, place), conditions(depth - 1, place)
    shapes = [
        leaves,
        *(shaped(f"{{}} {sign} {{}}", number, number) for sign in "+-*/%"),
        number.map(lambda part: differing("-{}", "0 - {}", part)),
        shaped("{} ? {} : {}", test, number, number),
        words(depth - 1, place).map(lambda part: differing("size({})", "characters({})", part)),
        *(shaped(f"{function}({{}})", moments()) for function in ("hour", "weekday", "day", "month", "year")),
        shaped("daysBetween({}, {})", moments(), moments()),
    ]
    if place == IN_A_LINE:
        return st.one_of(shapes)
    # Small numbers, since the other one would refuse a sum that is too large only on its way.
    small = shaped("{} % 1000", whole_numbers(depth - 1, IN_A_LINE))
    folds = over_lines(["sum", "sum", "size"], small, depth - 1)
    return st.one_of(*shapes, st.just(name("size(purchase.tenders)")), folds, folds, folds)


@cache
def words(depth: int, place: str) -> st.SearchStrategy[Written]:
    """Expressions that come to a text."""
    leaves = st.one_of(
        st.sampled_from([name("purchase.channel"), name("member.tier"), *LINE_TEXTS[place]]), TEXTS.map(literal)
    )
    if depth == 0:
        return leaves
    text = words(depth - 1, place)
    small = text.map(lambda part: differing("{}.lowerAscii()", "lowerAscii({})", part))
    return st.one_of(leaves, small, shaped("{} ? {} : {}", conditions(depth - 1, place), text, text))


@cache
def moments() -> st.SearchStrategy[Written]:
    """Expressions that come to a time."""
    stamps = TIMES.map(lambda at: name(f'timestamp("{at.replace(microsecond=0).astimezone(RIGA).isoformat()}")'))
    return st.one_of(st.sampled_from([name("at"), name("member.joined")]), stamps)


@cache
def conditions(depth: int, place: str) -> st.SearchStrategy[Written]:
    """Expressions that come to true or false."""
    leaves = st.sampled_from([name("true"), name("false"), name("(purchase.quantity > 0)"), *LINE_FLAGS[place]])
    if depth == 0:
        return leaves
    number, text, part = whole_numbers(depth - 1, place), words(depth - 1, place), conditions(depth - 1, place)
    compared = [shaped(f"{{}} {sign} {{}}", of, of) for of in (number, text, moments()) for sign in SIGNS]
    shapes = [
        leaves,
        *(shaped(template, part, part, part) for template in ("{} && {} && {}", "{} || {} || {}", "{} ? {} : {}")),
        *(shaped(f"{{}} {sign} {{}}", part, part) for sign in ("&&", "||", "==")),
        shaped("!{}", part),
        st.one_of(compared),
        st.one_of(compared),
        *(shaped("{} in [{}, {}]", of, of, of) for of in (number, text)),
        *(shaped(f"{{}}.{function}({{}})", text, text) for function in ("startsWith", "endsWith", "contains")),
        shaped("{} in purchase.tenders", text),
    ]
    if place == IN_A_LINE:
        return st.one_of(shapes)
    folds = over_lines(["exists", "all"], conditions(depth - 1, IN_A_LINE), depth - 1)
    return st.one_of(*shapes, folds, folds, folds)


def asked_of_another(text: str, known: Facts) -> Any:
    """What the other evaluator answers; None where it has no answer."""
    nested: dict[str, Any] = {}
    for path, value in known.items():
        first, _, rest = path.partition(".")
        if value is not None and rest:
            nested.setdefault(first, {})[rest] = value
        elif value is not None:
            nested[first] = value
    nested.setdefault("member", {})
    try:
        return cel.evaluate(text, cel.Context(variables=nested, functions=FUNCTIONS))
    except (ZeroDivisionError, OverflowError, KeyError):
        return None


def _local(at: datetime) -> datetime:
    """The clock on the wall in Riga: two hours ahead; three from late March to late October, Sundays at 1:00 UTC."""
    moment = at.astimezone(UTC)
    begins, ends = (_last_sunday(moment.year, month) for month in (3, 10))
    return moment.replace(tzinfo=None) + timedelta(hours=3 if begins <= moment < ends else 2)


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1, tzinfo=UTC)
    return last - timedelta(days=last.isoweekday() % 7)


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "characters": len,
    "lowerAscii": lambda text: "".join(chr(ord(sign) + 32) if "A" <= sign <= "Z" else sign for sign in text),
    "hour": lambda at: _local(at).hour,
    "weekday": lambda at: _local(at).weekday() + 1,
    "day": lambda at: _local(at).day,
    "month": lambda at: _local(at).month,
    "year": lambda at: _local(at).year,
    "daysBetween": lambda first, last: _local(last).toordinal() - _local(first).toordinal(),
}
