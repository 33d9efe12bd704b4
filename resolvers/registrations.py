"""Products: what their makers tell, whether a serial is theirs, and what members have registered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from uuid import UUID

from domain.coalition.queries import partner_by_slug
from domain.errors import NotFound
from domain.ids import PartnerId
from domain.members.recognition import MemberRef
from domain.paging import Page, PageRequest
from domain.service import queries, registering, serials, telling
from domain.service.case_models import Coverage
from domain.service.errors import InformationNotFound, OfferNotFound, SerialRegistered, SerialUnknown
from domain.service.information import ProductInformation, ProductTerms
from domain.service.models import ProductRecall, Registration
from domain.service.queries import RegistrationCount
from domain.service.registering import RegisterProduct
from domain.service.serials import Authenticity, Listed
from domain.service.telling import CallBack
from resolvers.context import Context
from resolvers.members import find_at
from resolvers.policies import acting_member, acting_partner
from resolvers.tills import caches_of

MISSES = (SerialUnknown, SerialRegistered, OfferNotFound)


async def information(ctx: Context, maker: str | None, article: str | None, gtin: str | None) -> ProductInformation:
    """What a maker tells of an article, as far as the viewer may read it. Raises: InformationNotFound."""
    return await ctx.read(queries.information_named, slug=maker, article=article, gtin=gtin)


async def find_information(ctx: Context, information_id: UUID) -> ProductInformation:
    """The newest version of what is told of an article. Raises: InformationNotFound."""
    return await ctx.read(queries.information_by_id, information_id)


async def information_page(ctx: Context, request: PageRequest) -> Page[ProductInformation]:
    """What the viewer's own partner tells."""
    return await ctx.read(queries.information_page, request, PartnerId(acting_partner(ctx.viewer)))


async def recalls(ctx: Context, told: ProductInformation) -> list[ProductRecall]:
    """The recalls of an article."""
    return await ctx.read(queries.recalls_of, told.partner_id, told.article)


def told_to(ctx: Context, recall: ProductRecall) -> int | None:
    """How many were told so far, for the maker alone, and where they are ten at least."""
    own = ctx.viewer.partner_id == recall.partner_id and ctx.viewer.on_behalf_of is None
    return recall.told if own and recall.told >= queries.FEWEST else None


async def tell(
    ctx: Context, article: str, terms: ProductTerms, *, gtin: str | None, public: bool
) -> ProductInformation:
    """The viewer's partner tells of an article of its own."""
    maker = PartnerId(acting_partner(ctx.viewer))
    return await ctx.write(telling.tell, maker, article, terms, gtin=gtin, public=public, now=ctx.now)


async def call_back(ctx: Context, command: CallBack) -> ProductRecall:
    """The viewer's partner calls an article back."""
    return await ctx.write(telling.call_back, command, now=ctx.now)


async def list_serials(ctx: Context, article: str, told: Sequence[tuple[str, str | None]]) -> int:
    """The viewer's partner lists serials."""
    maker, key = PartnerId(acting_partner(ctx.viewer)), ctx.keys.lookups
    listed = [Listed(serials.digest_of(maker, serial, key), lot) for serial, lot in told]
    return await ctx.write(telling.list_serials, maker, article, listed, now=ctx.now)


async def authenticity(ctx: Context, maker: str, serial: str) -> Authenticity:
    """What a serial is; asking for what no list has is a miss. Raises: GuessedTooOften, InformationNotFound."""
    maker_id = await _maker(ctx, maker)
    async with ctx.guessable() as misses:
        found = await ctx.read(serials.authenticity, maker_id, serial, key=ctx.keys.lookups)
        misses.count += found is not Authenticity.AUTHENTIC
    return found


async def counted(ctx: Context) -> list[RegistrationCount]:
    """How many of the viewer's articles are registered, in sums."""
    return await ctx.read(queries.registrations_counted, PartnerId(acting_partner(ctx.viewer)))


async def mine(ctx: Context, request: PageRequest, *, ended: bool) -> Page[Registration]:
    """The member's products."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(queries.registrations_page, request, member_id, ended=ended)


async def find(ctx: Context, registration_id: UUID) -> Registration:
    """One of the member's products. Raises: WrongAudience, RegistrationNotFound."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(queries.registration_of, registration_id, member_id)


async def told_then(ctx: Context, registration: Registration) -> ProductInformation | None:
    """What the maker told of the product on the day it was bought."""
    return await ctx.load(queries.information_by_versions, (registration.information_id, registration.version))


def coverage(ctx: Context, registration: Registration) -> Coverage:
    """Whether the warranty covers it now, or why not."""
    return queries.coverage(registration, ctx.now)


async def register(
    ctx: Context, maker: str, article: str, *, serial: str | None, bought_at: datetime | None
) -> Registration:
    """The member registers a product. Raises: GuessedTooOften, and what the domain refuses."""
    _, member_id = acting_member(ctx.viewer)
    command = RegisterProduct(
        maker=await _maker(ctx, maker), article=article, member_id=member_id, serial=serial, bought_at=bought_at
    )
    return await find(ctx, await _registered(ctx, command))


async def register_at_shop(
    ctx: Context, ref: MemberRef, maker: str, article: str, *, serial: str | None, bought_at: datetime | None
) -> UUID:
    """A shop registers a product for its member. Raises: GuessedTooOften, MemberNotFound, what the domain refuses."""
    shop = PartnerId(acting_partner(ctx.viewer))
    member = await find_at(ctx, ref, shop)
    command = RegisterProduct(
        maker=await _maker(ctx, maker),
        article=article,
        member_id=member.member_id,
        serial=serial,
        bought_at=bought_at,
        through=shop,
    )
    return await _registered(ctx, command)


async def offer(ctx: Context, registration_id: UUID) -> tuple[str, datetime]:
    """The member offers a product to whoever tells a code."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.write(registering.offer, registration_id, member_id, key=ctx.keys.lookups, now=ctx.now)


async def take(ctx: Context, code: str) -> Registration:
    """The member takes over what a code offers. Raises: GuessedTooOften, OfferNotFound."""
    _, member_id = acting_member(ctx.viewer)
    async with _guessing(ctx):
        made = await ctx.write(registering.take, code, member_id, key=ctx.keys.lookups, now=ctx.now)
    return await find(ctx, made)


async def give_up(ctx: Context, registration_id: UUID) -> Registration:
    """The member lets a product go."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.write(registering.give_up, registration_id, member_id, now=ctx.now)
    return await find(ctx, registration_id)


async def _registered(ctx: Context, command: RegisterProduct) -> UUID:
    async with _guessing(ctx):
        done = await ctx.write(registering.register, command, lookup_key=ctx.keys.lookups, now=ctx.now)
    caches, only = await caches_of(ctx), done.registration_id
    await ctx.post(registering.settle, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now, only=only)
    return done.registration_id


@asynccontextmanager
async def _guessing(ctx: Context) -> AsyncIterator[None]:
    async with ctx.guessable() as misses:
        try:
            yield
        except MISSES:
            misses.count += 1
            raise


async def _maker(ctx: Context, slug: str) -> PartnerId:
    try:
        return PartnerId((await ctx.read(partner_by_slug, slug)).partner_id)
    except NotFound:
        raise InformationNotFound from None
