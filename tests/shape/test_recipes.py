"""Programmes are data: no code of ours knows any of them by its name."""

from __future__ import annotations

import re

from hansa.recipes.drawing import read_recipe
from tests.recipes.telling import RECIPES
from tests.shape.tree import FLOORS, ROOT, SKIPPED, name

BRANDS = (
    "Plenti", "DSW", "Sephora", "Starbucks", "tarte", "North Face", "TOMS", "Big Lots", "KFC", "Perkins", "Domino's",
    "Chili's", "Hardee's", "Mimi's", "Outback", "P.F. Chang's", "Canned-goods", "Children's shoes",
    "Wholesaler's quarter",
)  # fmt: skip
KINDS = {".py", ".sql", ".graphql", ".json", ".html", ".typ"}


def test_every_programme_is_listed_here() -> None:
    programmes = {read_recipe(path).programme for path in RECIPES.glob("*.yaml")}
    assert {one for one in programmes if not any(brand in one for brand in BRANDS)} == set()
    assert {brand for brand in BRANDS if not any(brand in one for one in programmes)} == set()


def test_no_code_names_a_programme() -> None:
    words = "|".join(re.escape(brand).replace("'", "'?").replace(r"\ ", r"[ _-]?") for brand in BRANDS)
    named = re.compile(rf"(?i)(?<![a-z])({words})(?![a-z])")
    assert named.search("is_mimis_member")
    assert not named.search("customs")
    files = [path for floor in FLOORS for path in (ROOT / floor).rglob("*") if path.suffix in KINDS]
    naming = {
        name(path): found[0]
        for path in files
        if not SKIPPED & set(path.parts) and (found := named.search(path.read_text(encoding="utf-8")))
    }
    assert naming == {}
