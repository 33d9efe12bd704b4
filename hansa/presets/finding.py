"""The programmes that come with Hansa, and those that people wrote themselves."""

from __future__ import annotations

from pathlib import Path

from domain.errors import NotFound
from hansa.recipes.drawing import Recipe, read_recipe

PROGRAMMES = Path(__file__).parent / "programmes"
"""The files of docs/recipes, which come along with the package."""
KIND = ".yaml"


def names() -> list[str]:
    """What the programmes that come with Hansa are called."""
    return sorted(path.stem for path in PROGRAMMES.glob(f"*{KIND}"))


def find(name: str) -> Recipe:
    """The programme of that name, or of the file of one's own that is named.

    Raises: NotFound, InvalidRecipe.
    """
    if name in names():
        return read_recipe(PROGRAMMES / f"{name}{KIND}")
    if name.endswith(KIND) or Path(name).is_file():
        return read_recipe(Path(name))
    near = [one for one in names() if name.lower() in one]
    hint = f"did you mean {' or '.join(near)}?" if near else "hansa preset list shows them"
    raise NotFound(f"There is no preset {name!r}; {hint} A file of your own is named by its path.", path=("name",))
