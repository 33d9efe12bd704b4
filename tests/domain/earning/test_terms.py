"""What a campaign's terms and rules must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import read_rate
from domain.earning.matching import LineMatch
from domain.earning.rules import Flat, RatePerUnit, rule_from_json
from domain.earning.terms import Sponsor
from domain.values import Rate
from tests.domain.earning.builders import MAKER, NOW, SHOP, campaign, shared


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 121),
        ("starts_at", datetime(2026, 1, 1)),  # noqa: DTZ001 -- a time without an offset is the point
        ("ends_at", datetime(2027, 1, 1)),  # noqa: DTZ001 -- likewise
        ("ends_at", NOW - timedelta(days=1)),
        ("partners", frozenset()),
        ("sponsors", ()),
        ("sponsors", shared((SHOP, "1/2"))),
        ("sponsors", shared((SHOP, "1/2"), (SHOP, "1/2"))),
        ("sponsors", (Sponsor(SHOP, Rate(2)), Sponsor(MAKER, Rate(-1)))),
        ("return_days", -1),
        ("return_days", 401),
        ("priority", 1001),
    ],
)
def test_malformed_terms_are_refused_by_field(field: str, value: Any) -> None:
    with pytest.raises(InvalidCampaign) as refusal:
        campaign(Flat(points=1), **{field: value})
    assert refusal.value.path == (field,)


@pytest.mark.parametrize(
    ("stored", "path"),
    [
        (None, ("kind",)),
        ({"kind": "LOTTERY"}, ("kind",)),
        ({"kind": ["FLAT"]}, ("kind",)),
        ({"kind": "FLAT"}, ("points",)),
        ({"kind": "FLAT", "points": True}, ("points",)),
        ({"kind": "FLAT", "points": 0}, ("points",)),
        ({"kind": "FLAT", "points": 1_000_001}, ("points",)),
        ({"kind": "FLAT", "points": 1, "minimum": -1}, ("minimum",)),
        ({"kind": "FLAT", "points": 1, "price": 1}, ("price",)),
        ({"kind": "RATE_PER_UNIT", "points": 1.5}, ("points",)),
        ({"kind": "RATE_PER_UNIT", "points": "1e3"}, ("points",)),
        ({"kind": "RATE_PER_UNIT", "points": "1/0"}, ("points",)),
        ({"kind": "RATE_PER_UNIT", "points": "-1"}, ("points",)),
        ({"kind": "RATE_PER_UNIT", "points": "NaN"}, ("points",)),
        ({"kind": "RATE_PER_UNIT", "points": "10001"}, ("points",)),
        ({"kind": "PER_ITEM", "points": "0"}, ("points",)),
        ({"kind": "MULTIPLIER", "factor": "1"}, ("factor",)),
        ({"kind": "MULTIPLIER", "factor": "2", "base": []}, ("base",)),
        ({"kind": "MULTIPLIER", "factor": "2", "base": ["MULTIPLIER"]}, ("base",)),
        ({"kind": "COUPON_REFUND", "cap": 0}, ("cap",)),
        ({"kind": "FLAT", "points": 1, "lines": 3}, ("lines",)),
        ({"kind": "FLAT", "points": 1, "lines": {"skus": [1]}}, ("lines", "skus")),
        ({"kind": "FLAT", "points": 1, "lines": {"skus": "milk"}}, ("lines", "skus")),
        ({"kind": "FLAT", "points": 1, "lines": {"makers": ["me"]}}, ("lines", "makers")),
        ({"kind": "FLAT", "points": 1, "lines": {"private_label": 1}}, ("lines", "private_label")),
        ({"kind": "FLAT", "points": 1, "lines": {"excluding": [{}]}}, ("lines", "excluding")),
        (
            {"kind": "FLAT", "points": 1, "lines": {"excluding": [{"skus": ["1"], "excluding": [{"skus": ["2"]}]}]}},
            ("lines", "excluding"),
        ),
    ],
)
def test_a_malformed_rule_is_refused_by_part(stored: Any, path: tuple[str, ...]) -> None:
    with pytest.raises(InvalidRule) as refusal:
        rule_from_json(stored)
    assert refusal.value.path == path


def test_any_change_of_the_terms_changes_their_fingerprint() -> None:
    terms = campaign(RatePerUnit(points=Rate(1))).terms
    changes: list[dict[str, Any]] = [
        {"name": "Another"},
        {"rule": RatePerUnit(points=Rate(2))},
        {"rule": RatePerUnit(points=Rate(1), lines=LineMatch(private_label=True))},
        {"ends_at": NOW + timedelta(days=1)},
        {"partners": frozenset({MAKER})},
        {"sponsors": shared((SHOP, "1/2"), (MAKER, "1/2"))},
        {"sponsors": shared((SHOP, "1/3"), (MAKER, "2/3"))},
        {"return_days": 0},
        {"tiers": frozenset({"GOLD"})},
        {"priority": 1},
    ]
    fingerprints = {replace(terms, **change).fingerprint() for change in changes} | {terms.fingerprint()}
    assert len(fingerprints) == len(changes) + 1
    assert replace(terms).fingerprint() == terms.fingerprint()


def test_a_version_earns_from_the_later_start_to_the_earlier_end() -> None:
    one = campaign(Flat(points=1), ends_at=NOW + timedelta(days=9))
    assert one.window() == (NOW - timedelta(days=1), NOW + timedelta(days=9))
    late = replace(one, live_from=NOW, live_until=NOW + timedelta(days=1))
    assert late.window() == (NOW, NOW + timedelta(days=1))
    assert replace(one, live_from=None).window() is None


@pytest.mark.parametrize("written", ["0.123456789", "9999.999999999", "1/1000000000", "123456789/2"])
def test_every_rate_that_may_be_written_is_read_back_as_it_is_kept(written: str) -> None:
    rate = read_rate(written)
    assert read_rate(str(rate)) == rate
