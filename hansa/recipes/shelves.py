"""What the shops of a recipe sell, what else its members do, and whom its campaigns are for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.business.models import BusinessKind
from domain.earning.action_types import ActionField, FieldKind
from domain.ids import PartnerId
from domain.products.feeding import ProductItem
from domain.segments.definitions import Definition
from domain.segments.managing import SegmentTerms
from hansa.recipes import words
from hansa.recipes.drawing import Recipe
from hansa.recipes.giving import Cast
from hansa.recipes.parts import Part, optional

SEGMENT = ("about", "owner", "parts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What the catalogue says of an article."""

    name: str | None
    """Its number says it where it has none."""
    category: str | None
    department: str | None
    brand: str | None
    maker: str | None
    supplier: str | None
    private_label: bool | None
    at: frozenset[str]
    """Who sells it; none named: everybody who sells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A segment: whose it is, and who belongs to it."""

    owner: PartnerId
    terms: SegmentTerms


@dataclass(frozen=True, slots=True, kw_only=True)
class Firms:
    """A group of firms: whose it is, and of which kinds all are in it that the owner serves."""

    owner: PartnerId
    kinds: frozenset[BusinessKind]


def articles_of(recipe: Recipe) -> dict[str, Article]:
    """The articles of a recipe by their names. Raises: InvalidRecipe."""
    if "articles" not in recipe.parts:
        return {}
    return {name: _article(part) for name, part in recipe.parts["articles"].named().items()}


def items_of(recipe: Recipe, cast: Cast, seller: str) -> list[ProductItem]:
    """The articles of a recipe that one of its partners sells. Raises: InvalidRecipe."""
    items = []
    for name, part in (recipe.parts["articles"].named() if "articles" in recipe.parts else {}).items():
        article, said = _article(part), part.named()
        if article.at and seller not in article.at:
            continue
        with part.minded():
            item = ProductItem(
                sku=name,
                name=article.name or name,
                category=article.category,
                department=article.department,
                brand=article.brand,
                maker_id=optional(said, "maker", cast.partner, None),
                supplier_id=optional(said, "supplier", cast.partner, None),
                private_label=bool(article.private_label),
            )
        items.append(item)
    return items


def actions_of(recipe: Recipe) -> dict[str, tuple[ActionField, ...]]:
    """The recipe's own types of actions, with their fields. Raises: InvalidRecipe."""
    declared = recipe.parts["actions"].named() if "actions" in recipe.parts else {}
    found = {}
    for kind, part in declared.items():
        with part.minded():
            found[kind] = tuple(ActionField(name, words.choice(FieldKind)(one)) for name, one in part.named().items())
    return found


def groups_of(recipe: Recipe, cast: Cast) -> dict[str, Group]:
    """The segments of a recipe by their names; each is a list, unless parts say who belongs. Raises: InvalidRecipe."""
    if "segments" not in recipe.parts:
        return {}
    return {name: _group(recipe, cast, name, part) for name, part in recipe.parts["segments"].named().items()}


def business_groups_of(recipe: Recipe, cast: Cast) -> dict[str, Firms]:
    """The groups of firms of a recipe by their names. Raises: InvalidRecipe."""
    if "business_groups" not in recipe.parts:
        return {}
    return {name: _firms(cast, part) for name, part in recipe.parts["business_groups"].named().items()}


def _firms(cast: Cast, part: Part) -> Firms:
    parts = part.parts("owner", "kinds", needed=("owner",))
    kinds = parts["kinds"].many() if "kinds" in parts else ()
    return Firms(owner=cast.partner(parts["owner"]), kinds=frozenset(map(words.choice(BusinessKind), kinds)))


def _article(part: Part) -> Article:
    named = ("name", "category", "department", "brand", "maker", "supplier")
    parts = part.parts(*named, "private_label", "at")
    texts = {name: optional(parts, name, Part.text, None) for name in named}
    return Article(
        **texts,
        private_label=optional(parts, "private_label", words.yes, None),
        at=optional(parts, "at", words.texts, frozenset()),
    )


def _group(recipe: Recipe, cast: Cast, name: str, part: Part) -> Group:
    """A segment of the first partner, unless another owns it; all others may name it in campaigns."""
    parts: Mapping[str, Part] = {} if isinstance(part.content, str) else part.parts(*SEGMENT)
    owner = optional(parts, "owner", cast.partner, cast.partners[next(iter(recipe.partners))])
    with part.minded():
        stored = {"parts": [_asked(cast, one) for one in parts["parts"].many()]} if "parts" in parts else {}
        terms = SegmentTerms(
            name=name,
            definition=Definition.from_json(stored),
            shared_with=frozenset(cast.partners.values()) - {owner},
        )
    return Group(owner=owner, terms=terms)


def _asked(cast: Cast, part: Part) -> dict[str, object]:
    """A part of a definition as it is stored: whole numbers, yes and no, lists of texts, partners by their ids."""
    said: dict[str, object] = {}
    for name, one in part.named().items():
        if name == "partners":
            said[name] = [str(cast.partner(each)) for each in one.many()]
        elif isinstance(one.content, tuple):
            said[name] = [each.text() for each in one.many()]
        else:
            said[name] = _plain(one)
    return said


def _plain(part: Part) -> str | int | bool:
    if words.WHOLE_FORM.fullmatch(part.text()):
        return words.whole(part)
    return {"yes": True, "no": False}.get(part.text().lower(), part.text())
