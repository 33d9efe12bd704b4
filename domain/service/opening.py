"""Cases are opened: by a member, or by a shop for a member or for a buyer who is none."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.errors import IdempotencyConflict, NotFound
from domain.idempotency import checked_key, fingerprint
from domain.ids import PartnerId, PersonId, new_id
from domain.ledger.models import Purchase
from domain.products.models import Product
from domain.service import turns
from domain.service.case_models import CaseKind, CaseMessage, CaseSide, CaseState, CaseStep, Coverage, ServiceCase
from domain.service.errors import CaseMoved, InvalidCase
from domain.service.information import LONGEST_LINK, check_link
from domain.service.models import ProductInformationRow
from domain.service.routing import handler_of, hours_of
from domain.service.sealing import Words, new_key, seal
from domain.storage import ReadSession, WriteSession

LONGEST = 8_000
MOST_LINKS = 10

_COVERAGE = text(
    "SELECT * FROM coverage_of(CAST(:registration AS uuid), CAST(:member AS uuid), CAST(:maker AS uuid), :article,"
    " :now)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """Somebody asks something."""

    kind: CaseKind
    words: str
    links: tuple[str, ...] = ()
    shop_id: PartnerId | None = None
    """Through whose shop; None: the member itself."""
    person_id: PersonId | None = None
    wallet_id: UUID | None = None
    member_id: UUID | None = None
    maker_id: PartnerId | None = None
    article: str | None = None
    """The product, by its maker's number …"""
    sku: str | None = None
    """… or by the shop's own."""
    registration_id: UUID | None = None
    """The member's registered product, which says the rest."""
    purchase: tuple[UUID, UUID] | None = None
    """What was bought where: a purchase that who opens it may see."""
    idempotency_key: str

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        check_said(self.words, self.links)
        if (self.maker_id is None) != (self.article is None):
            raise InvalidCase("an article is named by its maker and the maker's number", path=("article",))


@dataclass(frozen=True, slots=True)
class _About:
    maker_id: UUID | None = None
    article: str | None = None
    coverage: str | None = None
    purchase: tuple[UUID, UUID] | None = None
    registration_id: UUID | None = None


async def open_case(session: WriteSession, command: OpenCase, *, master: bytes, now: datetime) -> ServiceCase:
    """Open a case and give it to who answers; asked again, it is the same case.

    Raises: InvalidCase, NotFound (of a product, a purchase or a registration), IdempotencyConflict, CaseMoved.
    """
    mark = hmac.digest(master, fingerprint(command), "sha256")
    before = await _before(session, command)
    if before is not None:
        if before.fingerprint != mark:
            raise IdempotencyConflict("this idempotency key was used for another case", path=("idempotencyKey",))
        return before
    about = await _about(session, command, now)
    handler = await handler_of(session, command.kind, maker_id=about.maker_id, shop_id=command.shop_id)
    case_id = new_id()
    key, kept = await new_key(session, case_id, command.member_id, master)
    case = ServiceCase(
        case_id=case_id,
        kind=command.kind,
        state=CaseState.OPEN,
        opened_at=now,
        opened_by=command.shop_id,
        idempotency_key=command.idempotency_key,
        fingerprint=mark,
        key_of=command.member_id,
        sealed_key=kept,
        wallet_id=command.wallet_id,
        member_id=command.member_id,
        parties=sorted({one for one in (command.shop_id, handler) if one is not None}),
        handler_id=handler,
        maker_id=about.maker_id,
        article=about.article,
        registration_id=about.registration_id,
        purchase_wallet_id=about.purchase and about.purchase[0],
        purchase_entry_id=about.purchase and about.purchase[1],
        coverage=about.coverage,
        steps=1,
        turns=1,
        changed_at=now,
    )
    first = CaseMessage(
        case_id=case_id,
        number=1,
        kind=CaseStep.MESSAGE,
        side=CaseSide.MEMBER if command.shop_id is None else CaseSide.SHOP,
        by_partner_id=command.shop_id,
        by_person_id=command.person_id,
        said_at=now,
        sealed=seal(key, Words(command.words, command.links), case_id),
        idempotency_key=command.idempotency_key,
    )
    hours = await hours_of(session, handler, at=now)
    try:
        session.add(case)
        await session.flush()  # what belongs to it is held to the wall of the case
        session.add_all([first, turns.begun(case_id, 1, handler, hours, now=now)])
        await session.flush()
    except IntegrityError:  # the same request came twice at this moment
        raise CaseMoved from None
    return case


def check_said(words: str, links: tuple[str, ...]) -> None:
    """Hold what is said in a case to what can be read. Raises: InvalidCase, InvalidInformation."""
    sound = bool(words.strip()) and len(words) <= LONGEST and all(one.isprintable() or one == "\n" for one in words)
    if not sound:
        raise InvalidCase(f"words are 1 to {LONGEST:,} printable characters", path=("words",))
    if len(links) > MOST_LINKS:
        raise InvalidCase(f"at most {MOST_LINKS} links of at most {LONGEST_LINK} characters", path=("links",))
    for link in links:
        check_link(link)


async def _before(session: ReadSession, command: OpenCase) -> ServiceCase | None:
    mine = (
        (col(ServiceCase.opened_by).is_(None), col(ServiceCase.member_id) == command.member_id)
        if command.shop_id is None
        else (col(ServiceCase.opened_by) == command.shop_id,)
    )
    wanted = select(ServiceCase).where(col(ServiceCase.idempotency_key) == command.idempotency_key, *mine)
    return (await session.scalars(wanted)).one_or_none()


async def _about(session: ReadSession, command: OpenCase, now: datetime) -> _About:
    maker_id, article = command.maker_id, command.article
    if command.sku is not None:
        maker_id, article = await _named(session, await _product(session, command))
    purchase = await _purchase(session, command)
    if command.registration_id is None and command.kind is not CaseKind.WARRANTY:
        return _About(maker_id, article, None, purchase)
    found = await _covered(session, command, maker_id, article, now)
    if found is not None:
        bought = None if found.purchase_entry_id is None else (found.purchase_wallet_id, found.purchase_entry_id)
        return _About(found.partner_id, found.article, found.coverage, purchase or bought, found.registration_id)
    if command.registration_id is not None:
        raise NotFound("there is no such registered product of this member", path=("registration",))
    return _About(maker_id, article, Coverage.NOT_REGISTERED, purchase)


async def _covered(
    session: ReadSession, command: OpenCase, maker_id: UUID | None, article: str | None, now: datetime
) -> Any:
    """How the warranty of the product stands that is named, or of the member's newest one of the article."""
    asked = {
        "registration": command.registration_id,
        "member": command.member_id,
        "maker": maker_id,
        "article": article,
        "now": now,
    }
    return (await session.execute(_COVERAGE, asked)).one_or_none()


async def _named(session: ReadSession, product: Product) -> tuple[PartnerId | None, str | None]:
    """An article of a shop's catalogue as its maker names it, by the bar code where the maker tells of it."""
    maker = product.maker_id or (product.partner_id if product.private_label else None)
    if maker is None:
        return None, None
    told = select(col(ProductInformationRow.article)).where(
        col(ProductInformationRow.partner_id) == maker,
        col(ProductInformationRow.until).is_(None),
        col(ProductInformationRow.gtin) == product.gtin,
    )
    return PartnerId(maker), (await session.scalars(told.limit(1))).one_or_none() or product.sku


async def _product(session: ReadSession, command: OpenCase) -> Product:
    row = (
        await session.scalars(
            select(Product).where(col(Product.partner_id) == command.shop_id, col(Product.sku) == command.sku)
        )
    ).one_or_none()
    if row is None:
        raise NotFound("your catalogue has no such article", path=("sku",))
    return row


async def _purchase(session: ReadSession, command: OpenCase) -> tuple[UUID, UUID] | None:
    """The purchase that is named, if it was made at the shop that opens it, or by the member."""
    if command.purchase is None:
        return None
    wallet_id, entry_id = command.purchase
    whose = (
        col(Purchase.wallet_id) == command.wallet_id
        if command.shop_id is None
        else col(Purchase.partner_id) == command.shop_id
    )
    asked = select(col(Purchase.entry_id)).where(
        col(Purchase.wallet_id) == wallet_id, col(Purchase.entry_id) == entry_id, whose
    )
    if (await session.execute(asked)).one_or_none() is None:
        raise NotFound("there is no such purchase, or none that you may see", path=("purchase",))
    return command.purchase
