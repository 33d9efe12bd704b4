"""The numbers of cards, sealed with what a member has told."""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from domain.members.personal_data import PersonalDetails, seal, unseal, unseal_cards

MEMBER, OTHER = UUID(int=1), UUID(int=2)
MASTER = bytes(range(32))
CARD = "2981000023375"


def test_cards_are_sealed_with_the_details_and_are_none_of_them() -> None:
    details = PersonalDetails(name="Marta", language="lv")
    sealed = seal(details, MEMBER, MASTER, cards=[CARD])
    assert CARD.encode() not in sealed.details
    assert unseal_cards(sealed, MEMBER, MASTER) == [CARD]
    assert unseal(sealed, MEMBER, MASTER) == details


def test_who_joined_without_a_card_has_none() -> None:
    assert unseal_cards(seal(PersonalDetails(), MEMBER, MASTER), MEMBER, MASTER) == []


def test_cards_of_one_member_are_not_read_as_anothers() -> None:
    sealed = seal(PersonalDetails(), MEMBER, MASTER, cards=[CARD])
    with pytest.raises(InvalidTag):
        unseal_cards(sealed, OTHER, MASTER)
