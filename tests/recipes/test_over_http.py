"""Recipes come over HTTP to what they come to in the pure engine: their stories, on the sandbox's clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.storage import Database
from hansa.recipes.drawing import read_recipe
from tests.recipes.serving import a_town
from tests.recipes.telling import RECIPES, story_of

QUICK = ("plenti",)
SLOW = ("dominos-2015", "hardees-star-rewards-2022", "kfc-colonels-club", "outback-dine-rewards-2016",
    "tarte-2026", "toms-passport-rewards")  # fmt: skip
"""Those whose stories are baskets alone; the others' months are lived through in tests/presets."""


@pytest.mark.parametrize("name", [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)])
async def test_a_story_told_over_http_comes_to_the_same(
    name: str, database: Database, database_url: str, tmp_path: Path
) -> None:
    recipe = read_recipe(RECIPES / f"{name}.yaml")
    async with a_town(recipe, database, database_url, tmp_path) as town:
        for step in story_of(recipe):
            assert await town.play(step) == step.outcome, f"{name}, line {step.part.line}"
