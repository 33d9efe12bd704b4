"""Global ids and cursors serve the viewer they were made for, and nobody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidValue, NotFound
from domain.ids import MemberId, PartnerId, WalletId, new_id
from partners.viewer import NOBODY, Audience, Viewer
from resolvers.global_ids import NOWHERE
from resolvers.seals import perspective_of
from tests.builders.graphql import ALPHA, BETA, context

COALITION = Viewer(audience=Audience.COALITION)
MEMBER = Viewer(audience=Audience.MEMBER, member_id=MemberId(UUID(int=7)), wallet_id=WalletId(UUID(int=8)))
VIEWERS = [ALPHA, BETA, COALITION, MEMBER, NOBODY]


@given(st.uuids(), st.uuids())
def test_an_id_carries_its_keys(wallet_id: UUID, entry_id: UUID) -> None:
    ids = context(ALPHA).global_ids
    assert ids.one("Partner", ids.encode("Partner", wallet_id)) == wallet_id
    assert ids.pair("Entry", ids.encode("Entry", wallet_id, entry_id)) == (wallet_id, entry_id)


def test_the_same_thing_has_one_id_for_one_viewer_and_another_for_each_other() -> None:
    thing = new_id()
    texts = [context(viewer).global_ids.encode("Member", thing) for viewer in VIEWERS]
    assert texts == [context(viewer).global_ids.encode("Member", thing) for viewer in VIEWERS]
    assert len(set(texts)) == len(VIEWERS)


def test_another_viewers_id_names_nothing() -> None:
    thing = new_id()
    for owner in VIEWERS:
        text = context(owner).global_ids.encode("Member", thing)
        for reader in VIEWERS:
            if reader is owner:
                assert context(reader).global_ids.one("Member", text) == thing
            else:
                assert context(reader).global_ids.one("Member", text) == NOWHERE
                with pytest.raises(NotFound):
                    context(reader).global_ids.decode("Member", text)


def test_a_partner_knows_things_by_the_same_ids_whoever_of_it_asks() -> None:
    on_behalf = replace(ALPHA, member_id=MemberId(UUID(int=7)), client_id=None)
    assert perspective_of(on_behalf) == perspective_of(ALPHA)
    assert perspective_of(replace(ALPHA, partner_id=PartnerId(UUID(int=3)))) != perspective_of(ALPHA)


def test_garbage_another_type_and_another_count_of_keys_all_answer_alike() -> None:
    ids = context(ALPHA).global_ids
    partner, entry = ids.encode("Partner", new_id()), ids.encode("Entry", new_id(), new_id())
    renamed = partner.replace("Partner_", "Outlet_")
    wrong = [
        "",
        "_",
        "Outlet",
        "Outlet_",
        "Outlet_!!",
        "Outlet_" + "A" * 43,
        "Outlet_" + "A" * 5_000,
        "Outlet_é",
        renamed,
    ]
    for text in [*wrong, partner, entry, entry.replace("Entry_", "Outlet_")]:
        assert ids.one("Outlet", text) == NOWHERE
    assert ids.pair("Partner", partner) == (NOWHERE, NOWHERE)
    told = set()
    for text in [*wrong, partner]:
        with pytest.raises(NotFound) as refused:
            ids.decode("Outlet", text)
        told.add(refused.value.message)
    assert len(told) == 1


@given(st.data())
def test_no_changed_character_opens(data: st.DataObject) -> None:
    ids = context(ALPHA).global_ids
    text = ids.encode("Member", UUID(int=5))
    place = data.draw(st.integers(7, len(text) - 1))
    other = data.draw(st.characters(max_codepoint=127).filter(lambda character: character != text[place]))
    assert ids.one("Member", text[:place] + other + text[place + 1 :]) == NOWHERE


KEY_PARTS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63),
    st.text(max_size=40),
    st.uuids(),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.decimals(allow_nan=False, allow_infinity=False),
)


@given(st.lists(KEY_PARTS, min_size=1, max_size=3).map(tuple))
def test_a_cursor_comes_back_as_its_key(key: tuple[Any, ...]) -> None:
    cursors = context(ALPHA).cursors
    found = cursors.decode("Query.crates", cursors.encode("Query.crates", key))
    assert found == key
    assert [type(part) for part in found] == [type(part) for part in key]


def test_a_cursor_of_another_list_order_or_viewer_is_refused() -> None:
    cursor = context(ALPHA).cursors.encode("Query.crates LABEL", (1,))
    for viewer, order, text in [
        (ALPHA, "Query.crates WEIGHT", cursor),
        (ALPHA, "Query.otherCrates LABEL", cursor),
        (BETA, "Query.crates LABEL", cursor),
        (ALPHA, "Query.crates LABEL", cursor[:-1]),
        (ALPHA, "Query.crates LABEL", "AAAA"),
        (ALPHA, "Query.crates LABEL", ""),
        (ALPHA, "Query.crates LABEL", context(ALPHA).global_ids.encode("Crate", UUID(int=1)).partition("_")[2]),
    ]:
        with pytest.raises(InvalidValue, match="cursor"):
            context(viewer).cursors.decode(order, text)


def test_a_key_holds_only_what_comes_back() -> None:
    with pytest.raises(TypeError):
        context(ALPHA).cursors.encode("Query.crates", (1.5,))
    assert context().cursors.encode("x", (datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 1), Decimal("1.50")))
