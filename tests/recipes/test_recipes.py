"""Each recipe's story comes to what was worked out by hand, step by step."""

from __future__ import annotations

from pathlib import Path

import pytest

from hansa.recipes.drawing import read_recipe
from tests.recipes.playing import Stage
from tests.recipes.telling import RECIPES, story_of

FILES = sorted(RECIPES.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recipes_story_comes_to_what_it_says(path: Path) -> None:
    recipe = read_recipe(path)
    stage = Stage(recipe)
    for step in story_of(recipe):
        assert stage.play(step) == step.outcome, f"{path.name}, line {step.part.line}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_recipe_says_where_its_facts_are_from_and_shows_each_campaign_at_work(path: Path) -> None:
    recipe = read_recipe(path)
    assert recipe.source.startswith("mechanics of ")
    assert recipe.as_of is not None
    assert f"as of {recipe.as_of.year}" in recipe.source
    assert recipe.confidence in {"high", "medium", "low"}
    shown = {
        key
        for step in story_of(recipe)
        for key in (*step.outcome.awards, *step.outcome.offers, *step.outcome.turns, *step.outcome.wins)
    }
    assert set(recipe.parts["campaigns"].named()) - shown == set()
