"""The words of a consent are kept for ever, as they were read."""

from __future__ import annotations

import pytest

from domain.members.consent_texts import TEXT_VERSION, TEXTS, digest, words
from domain.members.models import ConsentPurpose

LANGUAGES = {"en", "lv", "bg", "fi", "hu"}

PINNED = {
    1: "b1f2c4254f11356390ebae07c84bc2eda30cd2d84ef63a004fcb1615dd994e18",
    2: "17c1ddcaea133cc778d8d91274551811c9799928a4d465db6235f14793a6780d",
}
"""What each version was when members began to read it. Never change one: add the next."""

UNSAID = {1: {ConsentPurpose.OFFERS}}
"""Purposes that came later."""


def test_no_version_was_ever_changed() -> None:
    assert {version: digest(version) for version in TEXTS} == PINNED


def test_versions_follow_each_other_and_members_read_the_last() -> None:
    assert sorted(TEXTS) == list(range(1, TEXT_VERSION + 1))


@pytest.mark.parametrize("version", sorted(TEXTS))
def test_every_language_says_every_purpose_and_names_the_partner(version: int) -> None:
    assert set(TEXTS[version]) == LANGUAGES
    for said in TEXTS[version].values():
        assert set(said) == set(ConsentPurpose) - UNSAID.get(version, set())
        assert all("{partner}" in sentence for sentence in said.values())
        assert len(set(said.values())) == len(said)


def test_words_are_said_in_the_members_language_or_in_english() -> None:
    said = words(ConsentPurpose.CODES, partner="Kvass {partner}", language="LV-lv")
    assert said == "„Kvass {partner}” drīkst jūsu vietā izmantot kodus un kuponus."
    assert words(ConsentPurpose.CODES, partner="Kvass", language="de") == "Kvass may redeem codes and coupons for you."


def test_what_was_agreed_in_a_partners_own_words_has_none_of_ours() -> None:
    assert words(ConsentPurpose.BALANCE, partner="Kvass", version=0) is None


def test_a_purpose_has_no_words_in_versions_before_it() -> None:
    assert words(ConsentPurpose.OFFERS, partner="Kvass", version=1) is None
    assert words(ConsentPurpose.OFFERS, partner="Kvass", version=2) is not None
