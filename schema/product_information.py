"""What makers tell of their products, their recalls, and whether a serial is theirs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.service import information as domain_information
from domain.service import models, queries
from domain.service.information import SerialRule, in_language
from domain.service.serials import Authenticity
from domain.service.telling import CallBack
from partners.scopes import Scope
from resolvers import coalition, registrations
from resolvers.context import Context, Info
from resolvers.policies import acting_partner
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs, public
from schema.product_terms import (
    Language,
    ProductDocument,
    ProductFact,
    ProductInformationTermsInput,
    ProductWarranty,
    SpokenInput,
    fact_of,
    spoken,
)
from schema.scalars import IdempotencyKey
from schema.shape import shows

TELL = needs(Scope.CAMPAIGNS_PUBLISH)
Told = strawberry.Parent[domain_information.ProductInformation]


@strawberry.type
@shows(models.ProductRecall)
class ProductRecall:
    """A maker calls a product back."""

    id: strawberry.ID = identified("recall_id")
    lots: list[str]
    """Only these lots; empty: all."""
    bought_from: datetime | None
    """Only what was bought from then on."""
    bought_until: datetime | None
    """Only what was bought before then."""
    announced_at: datetime
    """When it was announced."""
    finished_at: datetime | None
    """When all who have it by our books had been told; null while that is under way."""

    @strawberry.field
    @staticmethod
    def todo(recall: strawberry.Parent[models.ProductRecall], language: Language = None) -> str | None:
        """What to do, in a language such as lv, else in English."""
        return in_language(recall.words, language)

    @strawberry.field
    @staticmethod
    def told(recall: strawberry.Parent[models.ProductRecall], info: Info) -> int | None:
        """How many were told: for the maker alone, and null where they are fewer than ten."""
        return registrations.told_to(info.context, recall)


@strawberry.type
@shows(domain_information.ProductInformation)
class ProductInformation(Node):
    """What a maker tells of an article, in its newest version."""

    id: strawberry.ID = identified("information_id")
    version: int
    """Counts from one; a version never changes."""
    article: str
    """The maker's own number."""
    gtin: str | None
    """The bar code, by which shops' catalogues name it."""
    open: bool
    """Whether anybody may read it; else partners and members."""
    told_at: datetime
    """Since when."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def maker(told: Told, info: Info) -> coalition_models.Partner:
        """Who makes it."""
        return await coalition.partner(info.context, told.partner_id)

    @strawberry.field
    @staticmethod
    def name(told: Told, language: Language = None) -> str | None:
        """What it is called, in a language such as lv, else in English."""
        return in_language(told.terms.names, language)

    @strawberry.field
    @staticmethod
    def words(told: Told, language: Language = None) -> str | None:
        """What there is to say, in a language such as lv, else in English."""
        return in_language(told.terms.words, language)

    @strawberry.field
    @staticmethod
    def care(told: Told, language: Language = None) -> str | None:
        """How to look after it, in a language such as lv, else in English."""
        return in_language(told.terms.care, language)

    @strawberry.field(graphql_type=list[ProductDocument])
    @staticmethod
    def documents(told: Told) -> list[domain_information.Document]:
        """Manuals, sheets and pictures."""
        return list(told.terms.documents)

    @strawberry.field
    @staticmethod
    def facts(told: Told) -> list[ProductFact]:
        """What there is to know."""
        return [fact_of(one) for one in told.terms.facts]

    @strawberry.field(graphql_type=ProductWarranty | None)
    @staticmethod
    def warranty(told: Told) -> domain_information.Warranty | None:
        """For how long the maker stands for it; null: no longer than the law says."""
        return told.terms.warranty

    @strawberry.field
    @staticmethod
    def serials(told: Told) -> SerialRule:
        """What a registration has to tell."""
        return told.terms.serials

    @strawberry.field(graphql_type=list[ProductRecall])
    @staticmethod
    async def recalls(told: Told, info: Info) -> list[models.ProductRecall]:
        """When it was called back, the newest first; empty to who is nobody."""
        return await registrations.recalls(info.context, told)


findable(ProductInformation, registrations.find_information, public)


@strawberry.type
@shows(queries.RegistrationCount)
class RegistrationCount:
    """How many of an article of yours are registered; only where at least ten members have."""

    article: str
    """Your number."""
    registered: int
    """So many."""
    verified: int
    """So many of them by your list of serials."""
    proven: int
    """So many by a purchase in the books."""
    members: int
    """By so many members."""


@strawberry.input
class ProductInformationTellInput:
    """The next version of what is told of an article."""

    article: str
    """Your own number, at most 64 characters."""
    gtin: str | None = None
    """Its bar code, by which shops' catalogues name it."""
    open: bool = True
    """Whether anybody may read it; else partners and members."""
    terms: ProductInformationTermsInput
    """All that is told."""


@strawberry.input
class ProductRecallInput:
    """An article is called back."""

    idempotency_key: IdempotencyKey
    """Yours for this recall."""
    article: str
    """Your own number; of what you tell something."""
    lots: list[str] = strawberry.field(default_factory=list)
    """Only these lots; none: all."""
    bought_from: datetime | None = None
    """Only what was bought from then on."""
    bought_until: datetime | None = None
    """Only what was bought before then."""
    todo: list[SpokenInput]
    """What to do, by language."""

    def to_command(self, ctx: Context) -> CallBack:
        """As the domain takes it."""
        return CallBack(
            partner_id=PartnerId(acting_partner(ctx.viewer)),
            article=self.article,
            words=spoken(self.todo, "todo"),
            lots=tuple(self.lots),
            bought_from=self.bought_from,
            bought_until=self.bought_until,
            idempotency_key=self.idempotency_key,
        )


@strawberry.input
class ProductSerialInput:
    """A serial that you made."""

    serial: str
    """4 to 40 letters and digits; letter case, spaces and hyphens do not matter. Only a digest of it is kept."""
    lot: str | None = None
    """The lot it belongs to."""


@strawberry.input
class ProductSerialsListInput:
    """Serials to be added to your list."""

    article: str
    """Your own number; of what you tell something."""
    serials: list[ProductSerialInput]
    """At most 10,000; those that are there stay as they are."""


@strawberry.type
class ProductInformationPayload:
    """What became of what was told."""

    information: ProductInformation | None = None
    """As it is told now; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class ProductRecallPayload:
    """What became of a recall."""

    recall: ProductRecall | None = None
    """The recall; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class ProductSerialsPayload:
    """What became of a list of serials."""

    added: int | None = None
    """How many are new; null when the list was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


Maker = Annotated[str | None, strawberry.argument(description="The maker's short name.")]
Article = Annotated[str | None, strawberry.argument(description="The maker's own number, with `maker`.")]
Gtin = Annotated[str | None, strawberry.argument(description="The bar code, instead of both.")]
MakerOf = Annotated[str, strawberry.argument(description="The maker's short name.")]
Serial = Annotated[str, strawberry.argument(description="As it stands on the product.")]


@strawberry.type
class ProductInformationQuery:
    """What makers tell."""

    @strawberry.field(graphql_type=ProductInformation | None, extensions=[public, or_null])
    @staticmethod
    async def product_information(
        info: Info, maker: Maker = None, article: Article = None, gtin: Gtin = None
    ) -> domain_information.ProductInformation:
        """What a maker tells of an article: to anybody where it says so, else to partners and members."""
        return await registrations.information(info.context, maker, article, gtin)

    @strawberry.field(graphql_type=Connection[ProductInformation], extensions=[needs(Scope.CAMPAIGNS_READ), paged()])
    @staticmethod
    async def partner_product_informations(
        info: Info, page: PageRequest
    ) -> Page[domain_information.ProductInformation]:
        """What you tell of your articles, by their numbers."""
        return await registrations.information_page(info.context, page)

    @strawberry.field(extensions=[needs(Scope.PROFILE_READ, Scope.PURCHASES_WRITE, Scope.CASES_WRITE), or_null])
    @staticmethod
    async def product_authenticity(info: Info, maker: MakerOf, serial: Serial) -> Authenticity | None:
        """Whether a serial is the maker's; null for a maker that there is not. Only so many misses are answered."""
        return await registrations.authenticity(info.context, maker, serial)

    @strawberry.field(graphql_type=list[RegistrationCount], extensions=[needs(Scope.ANALYTICS_READ)])
    @staticmethod
    async def registration_counts(info: Info) -> list[queries.RegistrationCount]:
        """How many of your articles are registered, in sums over at least ten members each."""
        return await registrations.counted(info.context)


@strawberry.type
class ProductInformationMutation:
    """Makers tell, list serials, and call products back."""

    @strawberry.mutation(graphql_type=ProductInformationPayload, extensions=[TELL, refusals])
    @staticmethod
    async def product_information_tell(info: Info, input: ProductInformationTellInput) -> Any:
        """Tell the next version of what there is to know of an article; what was told before stays on record."""
        told = await registrations.tell(
            info.context, input.article, input.terms.to_terms(), gtin=input.gtin, public=input.open
        )
        return ProductInformationPayload(information=told)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ProductRecallPayload, extensions=[TELL, refusals])
    @staticmethod
    async def product_recall(info: Info, input: ProductRecallInput) -> Any:
        """Call an article back: who registered or bought it is told what to do; who that is you never learn."""
        recall = await registrations.call_back(info.context, input.to_command(info.context))
        return ProductRecallPayload(recall=recall)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ProductSerialsPayload, extensions=[needs(Scope.CODES_MANAGE), refusals])
    @staticmethod
    async def product_serials_list(info: Info, input: ProductSerialsListInput) -> Any:
        """Add serials to your list; only digests of them are kept."""
        told = [(one.serial, one.lot) for one in input.serials]
        return ProductSerialsPayload(added=await registrations.list_serials(info.context, input.article, told))
