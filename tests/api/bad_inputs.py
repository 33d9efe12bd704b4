"""Requests that cannot stand, each with the refusal it must get and the field that the refusal must name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.isolation.names import Names
from tests.isolation.shop import NOW

Input = dict[str, Any]
Given = Any
"""A value, or a function of the names that gives it."""

USED = "a-key-that-was-used"


@dataclass(frozen=True, slots=True)
class Bad:
    """One thing wrong with a request that is right otherwise."""

    what: str
    mutation: str
    code: str
    named: str
    """The path of the field that the refusal names, or of one that holds it; empty where it is no single field."""
    changes: Mapping[str, Given] = field(default_factory=dict)
    """By path: what to put there."""
    who: str = "shop"

    def __str__(self) -> str:
        return f"{self.mutation}: {self.what}"


def _line(**changes: Any) -> Input:
    return {"sku": "amber-made", "amount": "10.00", **changes}


SOUND: Mapping[str, Callable[[Names], Input]] = {
    "purchaseRecord": lambda names: {
        "member": {"id": names.member},
        "outletCode": names.outlet_code,
        "currency": "USD",
        "lines": [_line(), _line()],
        "idempotencyKey": "",
    },
    "purchaseReturn": lambda names: {"purchase": names.purchase, "idempotencyKey": ""},
    "redemptionMake": lambda names: {"member": {"id": names.member}, "points": "5", "idempotencyKey": ""},
    "redemptionAuthorize": lambda names: {"member": {"id": names.member}, "points": "5", "idempotencyKey": ""},
    "redemptionCapture": lambda names: {"redemption": names.hold, "idempotencyKey": ""},
    "redemptionReverse": lambda names: {"redemption": names.redemption, "idempotencyKey": ""},
    "memberEnrol": lambda _names: {"cardNumber": "NEW 0001", "idempotencyKey": ""},
    "memberIdentify": lambda names: {"member": {"id": names.member}, "cardNumber": "NEW 0002"},
    "productsFeed": lambda _names: {"products": [{"sku": "new", "name": "New"}]},
    "campaignDraft": lambda names: {
        "terms": {
            "name": "Sound",
            "rule": {"flat": {"points": "10"}},
            "partners": [names.partner],
            "sponsors": [{"partner": names.partner}],
            "startsAt": NOW.isoformat(),
        }
    },
    "partnerAdmit": lambda _names: {
        "slug": "new",
        "name": "New",
        "roles": ["RETAILER"],
        "hue": 1,
        "country": "LV",
        "company": "New SIA",
    },
    "outletsOpen": lambda names: {
        "partner": names.partner,
        "outlets": [{"code": "new", "name": "New", "timeZone": "UTC"}],
    },
    "contractDrawUp": lambda names: {"partner": names.partner, "validFrom": NOW.isoformat(), "price": "0.01"},
    "clockAdvance": lambda _names: {"to": NOW.isoformat()},
    "cyclePropose": lambda names: {"cycle": names.cycles["drafted"]},
    "cycleCompute": lambda names: {"cycle": names.cycles["drafted"]},
    "cycleVoid": lambda names: {"cycle": names.cycles["settled"], "reason": "A mistake"},
    "adjustmentRequest": lambda names: {
        "member": {"id": names.member},
        "partner": names.partner,
        "points": "5",
        "reason": "Sorry",
    },
}
"""For each mutation an input that would be done."""


def _each(field: str, path: str, code: str, *values: Any, who: str = "shop", named: str | None = None) -> list[Bad]:
    return [
        Bad(f"{path} {_short(value)}", field, code, named or f"input.{path}", {path: value}, who) for value in values
    ]


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:37]}…"


def _at(moment: timedelta) -> str:
    return (NOW + moment).isoformat()


TYPED = "BAD_USER_INPUT"
"""What does not fit its type is a fault of the program: its message names the place."""
BELL, LONG = "rings\a", "x" * 300

PURCHASES = [
    *_each("purchaseRecord", "member", "MEMBER_NOT_FOUND", {"cardNumber": "NOBODY01"}, {"externalId": "nobody"}),
    Bad(
        "a member by another thing's id",
        "purchaseRecord",
        "MEMBER_NOT_FOUND",
        "input.member",
        {"member": lambda n: {"id": n.campaign}},
    ),
    Bad("a member by no id", "purchaseRecord", "MEMBER_NOT_FOUND", "input.member", {"member": {"id": "Member_x"}}),
    *_each("purchaseRecord", "member", TYPED, {"cardNumber": "1234", "externalId": "x"}, {}, None),
    *_each(
        "purchaseRecord", "member", "INVALID_VALUE", {"cardNumber": "?"}, {"externalId": BELL}, named="input.member"
    ),
    *_each("purchaseRecord", "outletCode", "OUTLET_NOT_FOUND", "nowhere", BELL),
    Bad("no outlet", "purchaseRecord", "INVALID_BASKET", "input.outletCode", {"outletCode": None}),
    *_each("purchaseRecord", "currency", "CURRENCY_MISMATCH", "EUR"),
    *_each("purchaseRecord", "currency", TYPED, "usd", "XYZ", 840),
    *_each("purchaseRecord", "occurredAt", "PURCHASE_IN_FUTURE", _at(timedelta(minutes=6)), "9999-12-31T23:59:59Z"),
    *_each("purchaseRecord", "occurredAt", "PURCHASE_TOO_OLD", _at(timedelta(days=-32)), "0001-01-01T00:00:00Z"),
    *_each("purchaseRecord", "occurredAt", TYPED, "2026-02-30T00:00:00Z", "2026-11-20T12:00:00", "yesterday", 0),
    *_each("purchaseRecord", "lines", "INVALID_BASKET", []),
    *_each("purchaseRecord", "lines", "TOO_MANY_LINES", [_line()] * 501, [_line()] * 10_000),
    *_each("purchaseRecord", "lines", "DUPLICATE_LINE", [_line(number=7), _line(number=7)]),
    *_each("purchaseRecord", "lines.0.number", "INVALID_BASKET", 0, -1, 100_000),
    *_each("purchaseRecord", "lines.0.amount", "INVALID_BASKET", "-0.01", "999999999.99"),
    *_each("purchaseRecord", "lines.0.amount", "INVALID_VALUE", "1.001"),
    *_each("purchaseRecord", "lines.0.amount", TYPED, "NaN", "Infinity", "1e3", 1.5, "9" * 19, "1.0000001", "", None),
    *_each("purchaseRecord", "lines.1.discount", "INVALID_BASKET", "-1.00"),
    *_each("purchaseRecord", "lines.1.coupon", "INVALID_VALUE", "0.005"),
    *_each("purchaseRecord", "lines.1.quantity", "INVALID_BASKET", "-1", "10000000", "1.00001"),
    *_each("purchaseRecord", "lines.1.quantity", TYPED, "NaN", "many", []),
    *_each("purchaseRecord", "lines.0.sku", "INVALID_BASKET", "", LONG, BELL),
    *_each("purchaseRecord", "staff", "INVALID_VALUE", "", LONG, BELL),
    *_each("purchaseRecord", "channel", "INVALID_VALUE", LONG, "\u202e"),
    *_each("purchaseRecord", "receiptNumber", "INVALID_VALUE", "", BELL, "line\nbreak"),
    *_each("purchaseRecord", "surprise", TYPED, "me", named="surprise"),
    *_each("purchaseRecord", "idempotencyKey", TYPED, "short", "has space in it all", "x" * 65, None, 5),
    Bad(
        "a key that another purchase used",
        "purchaseRecord",
        "IDEMPOTENCY_CONFLICT",
        "input.idempotencyKey",
        {"idempotencyKey": USED, "staff": "another"},
    ),
    Bad(
        "a key that another wallet used",
        "purchaseRecord",
        "IDEMPOTENCY_CONFLICT",
        "input.idempotencyKey",
        {"idempotencyKey": USED, "member": lambda n: {"id": n.guest}},
    ),
    Bad(
        "of a partner that is suspended",
        "purchaseRecord",
        "PARTNER_NOT_ACTIVE",
        "",
        {"member": {"cardNumber": "QUAMBEROWN"}, "outletCode": "1"},
        "suspended",
    ),
    Bad(
        "of a partner that has closed",
        "purchaseRecord",
        "PARTNER_NOT_ACTIVE",
        "",
        {"member": {"cardNumber": "QUAMBEROWN"}, "outletCode": "1"},
        "closed",
    ),
]

RETURNS = [
    *_each("purchaseReturn", "purchase", "PURCHASE_NOT_FOUND", "Purchase_nonsense"),
    Bad(
        "a redemption's id",
        "purchaseReturn",
        "PURCHASE_NOT_FOUND",
        "input.purchase",
        {"purchase": lambda n: n.redemption},
    ),
    Bad(
        "an unknown receipt",
        "purchaseReturn",
        "PURCHASE_NOT_FOUND",
        "input.purchase",
        {"purchase": None, "receiptNumber": "none"},
    ),
    Bad("neither purchase nor receipt", "purchaseReturn", "INVALID_VALUE", "input.purchase", {"purchase": None}),
    Bad("both purchase and receipt", "purchaseReturn", "INVALID_VALUE", "input.purchase", {"receiptNumber": "one"}),
    *_each(
        "purchaseReturn",
        "lines",
        "RETURN_EXCEEDS_PURCHASE",
        [{"number": 9, "quantity": "1"}],
        [{"number": 1, "quantity": "2"}],
    ),
    *_each("purchaseReturn", "lines", "DUPLICATE_LINE", [{"number": 1, "quantity": "0.5"}] * 2),
    *_each(
        "purchaseReturn",
        "lines",
        "INVALID_BASKET",
        [],
        [{"number": 1, "quantity": "0"}],
        [{"number": 1, "quantity": "-1"}],
    ),
    *_each("purchaseReturn", "occurredAt", "PURCHASE_IN_FUTURE", _at(timedelta(days=1))),
    *_each("purchaseReturn", "reference", "INVALID_VALUE", BELL),
    *_each("purchaseReturn", "idempotencyKey", "IDEMPOTENCY_CONFLICT", USED),
]

REDEMPTIONS = [
    *_each("redemptionMake", "points", "INVALID_VALUE", "0", "-5"),
    *_each("redemptionMake", "points", "INSUFFICIENT_POINTS", str(2**63 - 1)),
    *_each("redemptionMake", "points", TYPED, str(2**63), "1.5", 1.5, "1e3", [], "", None),
    *_each("redemptionMake", "member", "MEMBER_NOT_FOUND", {"cardNumber": "NOBODY01"}),
    *_each("redemptionMake", "outletCode", "OUTLET_NOT_FOUND", "nowhere"),
    *_each("redemptionMake", "occurredAt", "INVALID_VALUE", _at(timedelta(minutes=6))),
    *_each("redemptionMake", "staff", "INVALID_VALUE", BELL, LONG),
    *_each("redemptionMake", "reference", "INVALID_VALUE", BELL, LONG),
    *_each("redemptionMake", "idempotencyKey", "IDEMPOTENCY_CONFLICT", USED),
    Bad(
        "of a partner that is suspended",
        "redemptionMake",
        "PARTNER_NOT_ACTIVE",
        "",
        {"member": {"cardNumber": "QUAMBEROWN"}},
        "suspended",
    ),
    Bad(
        "of a partner that has closed",
        "redemptionMake",
        "PARTNER_NOT_ACTIVE",
        "",
        {"member": {"cardNumber": "QUAMBEROWN"}},
        "closed",
    ),
    *_each("redemptionAuthorize", "holdMinutes", "INVALID_VALUE", 0, -1, 43_201, 2**31 - 1),
    *_each("redemptionAuthorize", "holdMinutes", TYPED, 2**31, "15"),
    *_each("redemptionCapture", "points", "CAPTURE_EXCEEDS_HOLD", "100000", str(2**63 - 1)),
    *_each("redemptionCapture", "points", "INVALID_VALUE", "-1"),
    *_each("redemptionCapture", "redemption", "HOLD_NOT_FOUND", "Redemption_nonsense"),
    Bad(
        "what was spent at once",
        "redemptionCapture",
        "HOLD_NOT_FOUND",
        "input.redemption",
        {"redemption": lambda n: n.redemption},
    ),
    *_each("redemptionCapture", "occurredAt", "INVALID_VALUE", _at(timedelta(days=1))),
    *_each("redemptionReverse", "points", "REVERSAL_EXCEEDS_REDEMPTION", "100000"),
    *_each("redemptionReverse", "points", "INVALID_VALUE", "0", "-1"),
    Bad(
        "what is only held",
        "redemptionReverse",
        "REDEMPTION_NOT_FOUND",
        "input.redemption",
        {"redemption": lambda n: n.hold},
    ),
]

MEMBERS = [
    *_each("memberEnrol", "cardNumber", "INVALID_VALUE", "", "!!", "x" * 40, BELL),
    *_each("memberEnrol", "email", "INVALID_VALUE", "nobody", "a@b", "a\a@example.org"),
    *_each("memberEnrol", "phone", "INVALID_VALUE", "12345", "+", BELL),
    *_each("memberEnrol", "externalId", "INVALID_VALUE", "", BELL, LONG),
    *_each("memberEnrol", "details", "INVALID_VALUE", {"name": LONG}, {"name": BELL}, named="input.details.name"),
    *_each(
        "memberEnrol",
        "details",
        "INVALID_VALUE",
        {"language": LONG},
        {"language": BELL},
        named="input.details.language",
    ),
    *_each(
        "memberEnrol",
        "details",
        "INVALID_VALUE",
        {"bornOn": "2999-01-01"},
        {"bornOn": "0001-01-01"},
        named="input.details.bornOn",
    ),
    *_each("memberEnrol", "cardNumber", "ALREADY_MEMBER", "QUAMBEROWN", named="input.identifiers"),
    Bad("nothing to be known by", "memberEnrol", "INVALID_VALUE", "input.identifiers", {"cardNumber": None}),
    Bad("at a partner that is suspended", "memberEnrol", "PARTNER_NOT_ACTIVE", "", {}, "suspended"),
    Bad("two identifiers at once", "memberIdentify", "INVALID_VALUE", "", {"phone": "+37120000000"}),
]

CAMPAIGNS = [
    *_each("campaignDraft", "terms.name", "INVALID_CAMPAIGN", "", "  ", LONG, BELL),
    *_each("campaignDraft", "terms.rule", TYPED, {}, {"flat": {"points": "1"}, "perItem": {"points": "1"}}),
    *_each(
        "campaignDraft",
        "terms.rule",
        "INVALID_RULE",
        {"flat": {"points": "-1"}},
        {"flat": {"points": str(2**62)}},
        {"ratePerUnit": {"points": "many"}},
        {"multiplier": {"factor": "1e9"}},
        {"ratePerUnit": {"points": "1/0"}},
    ),
    *_each("campaignDraft", "terms.partners", "INVALID_CAMPAIGN", [], ["Partner_x"]),
    *_each("campaignDraft", "terms.sponsors", "INVALID_CAMPAIGN", []),
    Bad(
        "shares that do not come to one",
        "campaignDraft",
        "INVALID_CAMPAIGN",
        "input.terms.sponsors",
        {"terms.sponsors": lambda n: [{"partner": n.partner, "share": "1/2"}]},
    ),
    *_each("campaignDraft", "terms.outlets", "INVALID_CAMPAIGN", ["Outlet_x"], named="input.terms.outlets"),
    *_each("campaignDraft", "terms.endsAt", "INVALID_CAMPAIGN", _at(timedelta(days=-1))),
    *_each("campaignDraft", "terms.returnDays", "INVALID_CAMPAIGN", -1, 401),
    *_each("campaignDraft", "terms.priority", "INVALID_CAMPAIGN", 1001, -2_000_000_000),
    *_each(
        "campaignDraft",
        "terms.expiry",
        "INVALID_CAMPAIGN",
        {"kind": "MONTHS"},
        {"kind": "FIXED", "month": 2, "day": 30, "months": 1},
    ),
    *_each("productsFeed", "products.0.sku", "INVALID_PRODUCT", "", LONG, BELL),
    *_each("productsFeed", "products.0.gtin", "INVALID_PRODUCT", "123", "4006381333932"),
    *_each("productsFeed", "products.0.maker", "UNKNOWN_PRODUCT_PARTNER", "Partner_x", named="input.products"),
    *_each("productsFeed", "products", "DUPLICATE_SKU", [{"sku": "one", "name": "One"}] * 2),
]

COALITION = [
    *_each("partnerAdmit", "slug", "INVALID_VALUE", "", "No Caps", "a--b", "x" * 41, who="admin"),
    *_each("partnerAdmit", "slug", "SLUG_TAKEN", "amber", who="admin"),
    *_each("partnerAdmit", "name", "INVALID_VALUE", "", " ", BELL, LONG, who="admin"),
    *_each("partnerAdmit", "company", "INVALID_VALUE", " ", BELL, who="admin"),
    *_each("partnerAdmit", "hue", "INVALID_VALUE", -1, 360, who="admin"),
    *_each("partnerAdmit", "country", "INVALID_VALUE", "Latvia", "lv", who="admin"),
    *_each("partnerAdmit", "iban", "INVALID_VALUE", "LV00BANK", BELL, who="admin"),
    *_each("partnerAdmit", "roles", "INVALID_VALUE", [], who="admin"),
    *_each("outletsOpen", "partner", "PARTNER_NOT_FOUND", "Partner_x", who="admin"),
    *_each("outletsOpen", "outlets.0.code", "INVALID_VALUE", "", LONG, BELL, who="admin"),
    *_each("outletsOpen", "outlets.0.name", "INVALID_VALUE", "", BELL, LONG, who="admin"),
    *_each("outletsOpen", "outlets.0.timeZone", "INVALID_VALUE", "Riga", "../etc/passwd", who="admin"),
    *_each("outletsOpen", "outlets", "CODE_TAKEN", [{"code": "1", "name": "x", "timeZone": "UTC"}], who="admin"),
    *_each("contractDrawUp", "partner", "PARTNER_NOT_FOUND", "Partner_x", who="admin"),
    *_each("contractDrawUp", "price", "CONTRACT_INVALID", "-0.01", "9" * 18, who="admin"),
    *_each("contractDrawUp", "shareAtIssuance", "CONTRACT_INVALID", "1.01", "-1", who="admin"),
    *_each("contractDrawUp", "taxSupply", "CONTRACT_INVALID", "-1", "900", who="admin"),
    *_each("contractDrawUp", "returnDays", "CONTRACT_INVALID", -1, 401, who="admin"),
    *_each(
        "contractDrawUp",
        "bands",
        "CONTRACT_INVALID",
        [{"points": 5, "price": "1"}, {"points": 5, "price": "1"}],
        [{"points": -5, "price": "1"}],
        [{"points": 5, "price": "-1"}],
        who="admin",
    ),
    *_each("clockAdvance", "to", "CLOCK_ONLY_FORWARD", _at(timedelta(days=-1)), who="admin"),
    *_each("cyclePropose", "daysToAnswer", "INVALID_VALUE", -1, 91, who="preparer"),
    *_each("cycleCompute", "deMinimis", "INVALID_VALUE", "-1", who="preparer"),
    *_each("cycleCompute", "cycle", "CYCLE_NOT_FOUND", "Cycle_x", who="preparer"),
    *_each("cycleVoid", "reason", "INVALID_VALUE", "", "  ", BELL, LONG * 10, who="preparer"),
    *_each("adjustmentRequest", "points", "INVALID_VALUE", "0", "-5", who="desk"),
    *_each("adjustmentRequest", "reason", "INVALID_VALUE", "", LONG * 2, BELL, who="desk"),
    *_each("adjustmentRequest", "expiresAt", "INVALID_VALUE", _at(timedelta(days=-1)), who="desk"),
]

BAD = [*PURCHASES, *RETURNS, *REDEMPTIONS, *MEMBERS, *CAMPAIGNS, *COALITION]
