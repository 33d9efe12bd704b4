"""What a campaign names is held to what there is when it is written."""

from __future__ import annotations

from typing import Any

import pytest

from domain.earning import action_types
from domain.earning.action_types import ActionField, FieldKind
from domain.earning.errors import InvalidCampaign
from domain.earning.rules import Flat
from domain.earning.when import When
from domain.storage import Database, Sight
from tests.domain.earning.world import OPENED, World, a_world, acting

REVIEW = frozenset({"REVIEW"})


@pytest.fixture
async def world(database: Database) -> World:
    """A coalition to run campaigns in."""
    return await a_world(database)


@pytest.mark.parametrize(
    ("condition", "says"),
    [
        ("action.starz >= 4", "did you mean action.stars?"),
        ("action.stars == 'four'", "a whole number"),
        ("action.photo > 1", "true or false"),
        ("purchase.amount > 1000", "not purchases"),
    ],
)
async def test_a_condition_is_held_to_what_its_actions_carry(world: World, condition: str, says: str) -> None:
    with pytest.raises(InvalidCampaign) as refused:
        await world.drafted(Flat(points=10), when=When(triggers=REVIEW, condition=condition))
    assert refused.value.path == ("terms", "when", "condition")
    assert says in str(refused.value)


@pytest.mark.parametrize("condition", ["action.stars >= 4", "action.photo && action.words > 100", "action.sku == 'x'"])
async def test_a_condition_asks_what_its_actions_carry(world: World, condition: str) -> None:
    draft = await world.drafted(Flat(points=10), when=When(triggers=REVIEW, condition=condition))
    assert draft.terms.when.condition == condition


async def test_a_partners_own_type_has_the_fields_it_declared(world: World) -> None:
    fields: Any = (ActionField("laps", FieldKind.WHOLE), ActionField("at_night", FieldKind.YES_NO))
    async with acting(world.database, Sight.partner(world.shop)) as session:
        await action_types.define(session, world.shop, "TEST_RUN", fields, now=OPENED)
    run = frozenset({"TEST_RUN"})
    await world.drafted(Flat(points=10), when=When(triggers=run, condition="action.laps > 2 && !action.at_night"))
    with pytest.raises(InvalidCampaign, match="laps"):
        await world.drafted(Flat(points=10), when=When(triggers=run, condition="action.lapz > 2"))
