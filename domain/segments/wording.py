"""What a part asks, in a few words."""

from __future__ import annotations

from calendar import month_name
from collections.abc import Callable, Iterable

from domain.ids import PartnerId
from domain.segments.definitions import (
    Answered,
    Definition,
    Frequency,
    Goods,
    Joined,
    Part,
    PartnerMix,
    Profile,
    Recency,
    Spend,
)
from domain.values import Money

NameOf = Callable[[PartnerId], str]


def meaning(definition: Definition, *, currency: str, name_of: NameOf) -> list[str]:
    """What must hold of every member, part by part."""
    return [_words(part, currency, name_of) for part in definition.parts] or ["kept by hand"]


def _words(part: Part, currency: str, name_of: NameOf) -> str:
    match part:
        case Recency() | Frequency() | Spend():
            return f"{_bought(part, currency)} {part.days} days{_at(part.partners, name_of)}"
        case Goods():
            return _goods(part, currency, name_of)
        case PartnerMix():
            return f"bought at {_mixed(part, name_of)} within {part.days} days"
        case Profile():
            asked = [f"was born in {_list((month_name[one] for one in sorted(part.birthday_months)), 'or')}"]
            spoken = [f"speaks {_list(part.languages, 'or')}"]
            return " and ".join(asked * bool(part.birthday_months) + spoken * bool(part.languages))
        case Answered():
            return f"answered {part.question} of {part.survey}{_answer(part)} within {part.days} days"
        case Joined():
            return f"new within {part.days} days"


def _bought(part: Recency | Frequency | Spend, currency: str) -> str:
    match part:
        case Recency():
            return "bought within" if part.bought else "did not buy for"
        case Frequency():
            return f"{_range(part.at_least, part.at_most, str)} purchases within"
        case Spend():
            return f"spent {_range(part.at_least, part.at_most, _amount(currency))} within"


def _mixed(part: PartnerMix, name_of: NameOf) -> str:
    named = _list(sorted(map(name_of, part.partners))) if part.partners else ""
    if part.at_least is None:
        return f"each of {named}"
    return f"{part.at_least} of {named} or more" if named else f"{part.at_least} partners or more"


def _answer(part: Answered) -> str:
    if part.any_of:
        return f" by {_list(part.any_of, 'or')}"
    bounds = _range(part.at_least, part.at_most, str)
    return f" by {bounds}" if bounds else ""


def _goods(part: Goods, currency: str, name_of: NameOf) -> str:
    brand = f"of the brand {_list(part.brands, 'or')}" if part.brands else ""
    what = " ".join(filter(None, (_list(part.categories, "or") if part.categories else "", brand)))
    how = ("bought" if part.categories else "bought something") if part.bought else "bought nothing of"
    what = what.removeprefix("of ") if not part.bought else what
    amount = "" if part.at_least is None else f" for at least {_amount(currency)(part.at_least)}"
    return f"{how} {what}{amount} within {part.days} days{_at(part.partners, name_of)}"


def _amount(currency: str) -> Callable[[int], str]:
    return lambda units: f"{currency} {Money.of_minor(units, currency).amount}"


def _range(at_least: int | None, at_most: int | None, shown: Callable[[int], str]) -> str:
    bounds = [f"at least {shown(at_least)}"] if at_least is not None else []
    bounds += [f"at most {shown(at_most)}"] if at_most is not None else []
    return " and ".join(bounds)


def _at(partners: frozenset[PartnerId], name_of: NameOf) -> str:
    return f" at {_list(sorted(map(name_of, partners)), 'or')}" if partners else ""


def _list(words: Iterable[str], last: str = "and") -> str:
    *first, end = words if not isinstance(words, frozenset) else sorted(words)
    return f"{', '.join(first)} {last} {end}" if first else end
