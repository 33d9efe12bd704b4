"""What a definition asks, in words that people read."""

from __future__ import annotations

from uuid import UUID

from domain.ids import PartnerId
from domain.segments.definitions import (
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
from domain.segments.wording import meaning

OLLA, RIMI = PartnerId(UUID(int=1)), PartnerId(UUID(int=2))
NAMES = {OLLA: "Olla", RIMI: "Rimi"}


def test_each_part_says_what_it_asks() -> None:
    both = frozenset({OLLA, RIMI})
    parts: dict[Part, str] = {
        Recency(days=30): "bought within 30 days",
        Recency(days=60, bought=False, partners=frozenset({OLLA})): "did not buy for 60 days at Olla",
        Frequency(days=90, at_least=2, at_most=5): "at least 2 and at most 5 purchases within 90 days",
        Spend(days=90, at_least=1050): "spent at least EUR 10.50 within 90 days",
        Goods(days=9, categories=frozenset({"WINE", "BEER"})): "bought BEER or WINE within 9 days",
        Goods(days=9, brands=frozenset({"Kvass"}), bought=False): "bought nothing of the brand Kvass within 9 days",
        Goods(
            days=9, categories=frozenset({"BEER"}), brands=frozenset({"Kvass"}), at_least=500
        ): "bought BEER of the brand Kvass for at least EUR 5.00 within 9 days",
        PartnerMix(days=30, at_least=3): "bought at 3 partners or more within 30 days",
        PartnerMix(days=30, partners=both): "bought at each of Olla and Rimi within 30 days",
        Profile(
            birthday_months=frozenset({12, 3}), languages=frozenset({"lv"})
        ): "was born in March or December and speaks lv",
        Joined(days=14): "new within 14 days",
    }
    said = meaning(Definition(parts=tuple(parts)), currency="EUR", name_of=NAMES.__getitem__)
    assert said == list(parts.values())


def test_a_list_is_kept_by_hand() -> None:
    assert meaning(Definition(), currency="EUR", name_of=NAMES.__getitem__) == ["kept by hand"]
