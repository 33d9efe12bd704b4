"""The conditions of campaigns: expressions over a basket or an action, and the member."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from domain.earning.actions import Action
from domain.earning.basket import Basket, BasketLine, MemberFacts
from domain.earning.errors import InvalidCampaign
from domain.earning.when import PURCHASE, When, zone_of
from domain.expressions.errors import ExpressionRefused, Undecided
from domain.expressions.kinds import BOOL, INT, TEXT, TIME, Kind, ListOf, RecordOf, Scalar, Vocabulary
from domain.expressions.parsing import parse
from domain.expressions.rows import Getter, row_form
from domain.expressions.tree import Variable, walk
from domain.products.facts import ProductFacts

GREENWICH: Final = ZoneInfo("UTC")
MOST_READY: Final = 4096
"""Conditions that are kept ready."""

LINE: Final = RecordOf(
    "line",
    {
        "sku": TEXT,
        "gtin": TEXT,
        "category": TEXT,
        "department": TEXT,
        "brand": TEXT,
        "private_label": BOOL,
        "units": INT,
        "amount": INT,
        "discount": INT,
        "coupon": INT,
    },
)
"""A line of a receipt and its article; what is not known is "" or false."""
PURCHASE_FIELDS: Final = RecordOf(
    "purchase", {"amount": INT, "quantity": INT, "channel": TEXT, "tenders": ListOf(TEXT)}
)
MEMBER: Final = RecordOf("member", {"tier": TEXT, "tiers": ListOf(TEXT), "joined": TIME})
"""`tier` is the coalition's, or without one the partner's; `tiers` are all that count at the till."""
ELSEWHERE: Final = {"member.segments": "segments of members are named beside the condition, in segments or notSegments"}
PYTHON_KINDS: Final[Mapping[Kind, type]] = {INT: int, TEXT: str, BOOL: bool, TIME: datetime}

Fields = Mapping[str, Mapping[str, Scalar]]
"""The fields that types of actions declare, by type."""
Subject = tuple[Any, MemberFacts]
"""A basket or an action, and its member."""
Item = tuple[BasketLine, ProductFacts]


@dataclass(frozen=True, slots=True)
class Condition:
    """An expression made ready."""

    reads: frozenset[str]
    """The names it asks for, such as purchase.amount or lines.category."""
    reads_products: frozenset[str]
    """What of the lines' articles it asks for."""
    answer: Callable[[Subject], bool] = field(repr=False)

    def holds(self, occasion: Basket | Action, facts: MemberFacts) -> bool:
        """Whether it holds; what has no answer does not."""
        try:
            return self.answer((occasion, facts))
        except Undecided:
            return False

    def undecided(self, occasion: Basket | Action, facts: MemberFacts) -> str | None:
        """Why it has no answer, as when something is divided by zero; None if it has one."""
        try:
            self.answer((occasion, facts))
        except Undecided as reason:
            return str(reason)
        return None


def condition(text: str, triggers: Collection[str], fields: Fields, zone: ZoneInfo = GREENWICH) -> Condition:
    """A condition for campaigns that answer these triggers, with hours and days by the clock of a zone.

    Where a type of action is not among those whose fields are given, each field is taken for what it is compared with;
    an action whose field is of another kind then gives no answer.

    Raises: InvalidCampaign, saying at which column and what to write instead.
    """
    try:
        parse(text, vocabulary(triggers, fields), BOOL)
        return _ready(text, frozenset(triggers), zone)
    except ExpressionRefused as refusal:
        raise InvalidCampaign(refusal.message, path=("when", "condition")) from None


def condition_of(when: When, zone: ZoneInfo = GREENWICH) -> Condition | None:
    """A saved campaign's condition, by the clock of its own zone or else of the one given.

    It does not ask what types of actions declare by now: a campaign means what it meant when it was saved. One that can
    be read no more never holds and says why, so that it spoils no purchase.
    """
    if when.condition is None:
        return None
    try:
        return _ready(when.condition, when.triggers, zone_of(when.time_zone, zone))
    except ExpressionRefused as refusal:
        return _never(refusal.message)


def vocabulary(triggers: Collection[str], fields: Fields) -> Vocabulary:
    """The names that a condition may use: those that each of its triggers has."""
    names: dict[str, Kind] = {"member": MEMBER, "at": TIME}
    answered = ", ".join(sorted(triggers))
    if PURCHASE in triggers:
        elsewhere = {"action": "this campaign answers purchases, not actions"}
        return Vocabulary({"purchase": PURCHASE_FIELDS, "lines": ListOf(LINE), **names}, {**ELSEWHERE, **elsewhere})
    known = all(trigger in fields for trigger in triggers)
    declared = _declared(triggers, fields) if known else {}
    action = RecordOf("action", {"type": TEXT, "channel": TEXT, **declared}, open=not known)
    elsewhere = dict.fromkeys(("purchase", "lines"), f"this campaign answers {answered}, not purchases")
    return Vocabulary({"action": action, **names}, {**ELSEWHERE, **elsewhere})


def _declared(triggers: Collection[str], fields: Fields) -> dict[str, Scalar]:
    """The fields that all the types of actions have, of one kind."""
    first, *others = (fields[trigger] for trigger in sorted(triggers))
    return {name: kind for name, kind in first.items() if all(other.get(name) == kind for other in others)}


@lru_cache(maxsize=MOST_READY)
def _ready(text: str, triggers: frozenset[str], zone: ZoneInfo) -> Condition:
    expression = parse(text, vocabulary(triggers, {}), BOOL)
    attributes = {
        node.name: _attribute(node.name.removeprefix("action."), node.kind)
        for node in walk(expression.root)
        if isinstance(node, Variable) and node.name not in GETTERS
    }
    return Condition(
        reads=expression.reads,
        reads_products=frozenset(PRODUCT_FIELDS[name] for name in expression.reads & PRODUCT_FIELDS.keys()),
        answer=row_form(expression, zone, GETTERS | attributes),
    )


def _never(reason: str) -> Condition:
    def answer(_subject: Subject) -> bool:
        raise Undecided(reason)

    return Condition(reads=frozenset(), reads_products=frozenset(), answer=answer)


def _items(subject: Subject) -> list[Item]:
    basket: Basket = subject[0]
    return [(line, _article(basket, line.sku)) for line in basket.lines if line.quantity]


def _article(basket: Basket, sku: str) -> ProductFacts:
    product = basket.products.get(sku)
    return ProductFacts(sku=sku) if product is None else product.at(basket.occurred_at)


def _attribute(name: str, kind: Kind) -> Getter:
    wanted = PYTHON_KINDS[kind]

    def attribute(subject: Subject) -> Any:
        value = subject[0].attributes.get(name)
        return value if type(value) is wanted else None

    return attribute


def _product_text(name: str) -> Getter:
    return lambda item: getattr(item[1], name) or ""


PRODUCT_FIELDS: Final = {f"lines.{name}": name for name in ("gtin", "category", "department", "brand", "private_label")}
GETTERS: Final[dict[str, Getter]] = {
    "purchase.amount": lambda subject: sum([line.amount for line in subject[0].lines if line.quantity]),
    "purchase.quantity": lambda subject: sum([int(line.quantity) for line in subject[0].lines]),
    "purchase.channel": lambda subject: subject[0].channel or "",
    "purchase.tenders": lambda subject: sorted({tender.kind for tender in subject[0].tenders}),
    "lines": _items,
    "lines.sku": lambda item: item[0].sku,
    "lines.units": lambda item: int(item[0].quantity),
    "lines.amount": lambda item: item[0].amount,
    "lines.discount": lambda item: item[0].discount,
    "lines.coupon": lambda item: item[0].coupon,
    "lines.private_label": lambda item: bool(item[1].private_label),
    **{f"lines.{name}": _product_text(name) for name in ("gtin", "category", "department", "brand")},
    "action.type": lambda subject: subject[0].kind,
    "action.channel": lambda subject: subject[0].channel or "",
    "member.tier": lambda subject: subject[1].tier or "",
    "member.tiers": lambda subject: sorted(subject[1].tiers),
    "member.joined": lambda subject: subject[1].joined_at,
    "at": lambda subject: subject[0].occurred_at,
}
"""How to come by each name; lines of quantity zero are left out, as rules leave them out."""
