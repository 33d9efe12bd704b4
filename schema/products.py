"""The product master: each partner's articles, who makes them and who supplies them."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.errors import DomainError
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.products import feeding, models, queries
from domain.products.feeding import ProductItem
from partners.scopes import Scope
from resolvers import coalition, products
from resolvers.context import Context, Info
from schema.connections import Connection, paged
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ, Scope.PURCHASES_READ)


@strawberry.type
@shows(models.Product)
class Product(Node):
    """An article in one partner's catalogue."""

    id: strawberry.ID = identified("product_id")
    sku: str
    """The partner's own article number, as its tills send it."""
    gtin: str | None
    """The number in the bar code."""
    name: str
    """What it is."""
    category: str | None
    """Its category."""
    department: str | None
    """Its department."""
    brand: str | None
    """Its brand."""
    private_label: bool
    """Whether it is the shop's own brand."""
    return_days: int | None
    """How many days it can be given back, if that differs from what campaigns usually wait."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def maker(product: strawberry.Parent[models.Product], info: Info) -> coalition_models.Partner | None:
        """Who makes it, where it is a partner."""
        return await coalition.partner_or_none(info.context, product.maker_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def supplier(product: strawberry.Parent[models.Product], info: Info) -> coalition_models.Partner | None:
        """Who delivers it, where it is a partner."""
        return await coalition.partner_or_none(info.context, product.supplier_id)


findable(Product, products.find, READ)


@strawberry.type
@shows(feeding.FeedReceipt)
class ProductFeed:
    """What a feed did to the catalogue."""

    added: int
    """New articles."""
    changed: int
    """Articles that are different now."""
    unchanged: int
    """Articles that were so already."""


@strawberry.input
class ProductInput:
    """One article."""

    sku: str
    """Your article number, at most 64 characters."""
    name: str
    """What it is, at most 200 characters."""
    gtin: str | None = None
    """The number in the bar code; its check digit is checked."""
    category: str | None = None
    """Its category."""
    department: str | None = None
    """Its department."""
    brand: str | None = None
    """Its brand."""
    maker: strawberry.ID | None = None
    """The partner that makes it."""
    supplier: strawberry.ID | None = None
    """The partner that delivers it."""
    private_label: bool = False
    """Whether it is your own brand."""
    package: str | None = None
    """Such as 500 g."""
    return_days: int | None = None
    """How many days it can be given back, if that differs from what campaigns usually wait; 0 to 400."""

    def to_item(self, ctx: Context) -> ProductItem:
        """As the domain takes it."""
        return ProductItem(
            sku=self.sku,
            name=self.name,
            gtin=self.gtin,
            category=self.category,
            department=self.department,
            brand=self.brand,
            maker_id=_partner(ctx, self.maker),
            supplier_id=_partner(ctx, self.supplier),
            private_label=self.private_label,
            return_days=self.return_days,
            package=self.package,
        )


def _partner(ctx: Context, text: str | None) -> PartnerId | None:
    return None if text is None else PartnerId(ctx.global_ids.one("Partner", text))


@strawberry.input
class ProductsFeedInput:
    """Articles to be added or changed; those not named stay as they are."""

    products: list[ProductInput]
    """The articles; each number once."""

    def to_items(self, ctx: Context) -> list[ProductItem]:
        """As the domain takes them."""
        items = []
        for place, product in enumerate(self.products):
            try:
                items.append(product.to_item(ctx))
            except DomainError as refused:
                raise refused.at("products", str(place)) from None
        return items


@strawberry.type
class ProductsFeedPayload:
    """What became of a feed."""

    feed: ProductFeed | None = None
    """What it did; null when it was refused as a whole."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


Matching = Annotated[
    str | None,
    strawberry.argument(
        description="Only articles with this bar code, a number beginning so, or all words in name, brand or category."
    ),
]


@strawberry.type
@shows(queries.Groups)
class ProductGroups:
    """What goods are grouped by, in the order of the letters."""

    categories: list[str]
    """Categories."""
    departments: list[str]
    """Departments."""
    brands: list[str]
    """Brands."""


@strawberry.type
class ProductQuery:
    """Articles."""

    @strawberry.field(graphql_type=Connection[Product], extensions=[READ, paged()])
    @staticmethod
    async def partner_products(info: Info, page: PageRequest, matching: Matching = None) -> Page[models.Product]:
        """Your own catalogue, by article number."""
        return await products.own(info.context, page, matching)

    @strawberry.field(graphql_type=ProductGroups, extensions=[READ])
    @staticmethod
    async def product_groups(info: Info) -> queries.Groups:
        """What the goods of your catalogue, and those you make for others, are grouped by."""
        return await products.groups(info.context)

    @strawberry.field(graphql_type=Connection[Product], extensions=[READ, paged()])
    @staticmethod
    async def partner_made_products(info: Info, page: PageRequest) -> Page[models.Product]:
        """What you make, in the catalogues of all partners."""
        return await products.made(info.context, page)


@strawberry.type
class ProductMutation:
    """The catalogue is fed."""

    @strawberry.mutation(graphql_type=ProductsFeedPayload, extensions=[needs(Scope.PURCHASES_WRITE), refusals])
    @staticmethod
    async def products_feed(info: Info, input: ProductsFeedInput) -> Any:
        """Add or change articles of your catalogue, all of them or none."""
        receipt = await products.feed(info.context, input.to_items(info.context))
        return ProductsFeedPayload(feed=receipt)  # type: ignore[arg-type]
