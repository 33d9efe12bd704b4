"""Who sells where for whom: proposed by either, wanted by both, ended by either; and what employers allow makers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from asyncpg import UniqueViolationError
from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.claims.terms import LONGEST_SKU, MOST_SKUS, MOST_UNITS
from domain.coalition.errors import OutletNotFound, PartnerNotFound
from domain.coalition.models import Outlet, Partner
from domain.ids import PartnerId, new_id
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from domain.selling.errors import (
    InvalidSeller,
    SellerNotFound,
    SellerPermissionNotFound,
    SellerStateConflict,
    SellsThereAlready,
)
from domain.selling.models import EndedBy, Seller, SellerPermission, SellerSetting, SellerState
from domain.storage import ReadSession, WriteSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LONGEST_STAFF = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSeller:
    """Somebody shall sell at an outlet of an employer's."""

    employer_id: PartnerId
    outlet_id: UUID
    member: KnownMember
    staff: str | None = None
    """The employer's own reference for the seller, as its tills say it."""
    by_member: bool
    """Who proposes: the member, or the employer."""
    shows_rewards: bool = False
    """The member lets the employer see what it is rewarded for."""

    def __post_init__(self) -> None:
        if self.staff is not None and not (0 < len(self.staff) <= LONGEST_STAFF and self.staff.isprintable()):
            raise InvalidSeller(f"staff has 1 to {LONGEST_STAFF} printable characters", path=("staff",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """An employer lets a maker reward its staff."""

    maker_id: PartnerId
    skus: frozenset[str] = frozenset()
    """The articles, as sellers name them; none named: all."""
    most_units: int = 0
    """So many units a seller may register in a calendar month of the coalition's; 0: any number."""

    def __post_init__(self) -> None:
        if len(self.skus) > MOST_SKUS or not all(0 < len(one) <= LONGEST_SKU for one in self.skus):
            raise InvalidSeller(f"at most {MOST_SKUS} article numbers of 1 to {LONGEST_SKU} characters", path=("skus",))
        if not 0 <= self.most_units <= MOST_UNITS:
            raise InvalidSeller(f"units a month are 0 to {MOST_UNITS}", path=("mostUnits",))


async def propose(session: WriteSession, command: ProposeSeller, *, now: datetime) -> Seller:
    """Propose that a member sells at an outlet; where the other side has proposed it, that agrees to it.

    Raises: OutletNotFound, SellsThereAlready.
    """
    owner = await session.scalar(select(Outlet.partner_id).where(Outlet.outlet_id == command.outlet_id))
    if owner != command.employer_id:
        raise OutletNotFound
    standing = await _standing(session, command)
    if standing is not None:
        if standing.employer_id != command.employer_id or _said(standing, by_member=command.by_member):
            raise SellsThereAlready
        shows = command.shows_rewards if command.by_member else standing.shows_rewards
        return await agree(session, standing.seller_id, by_member=command.by_member, shows_rewards=shows, now=now)
    seller = Seller(
        seller_id=new_id(),
        wallet_id=command.member.wallet_id,
        member_id=command.member.member_id,
        employer_id=command.employer_id,
        outlet_id=command.outlet_id,
        staff=command.staff,
        state=SellerState.PROPOSED,
        proposed_at=now,
        employer_agreed_at=None if command.by_member else now,
        member_agreed_at=now if command.by_member else None,
        shows_rewards=command.by_member and command.shows_rewards,
    )
    session.add(seller)
    try:
        await session.flush()  # another proposal for the same outlet is refused here
    except IntegrityError as clash:
        cause = clash.orig.__cause__ if clash.orig else None
        if isinstance(cause, UniqueViolationError):
            raise SellsThereAlready from None
        raise
    return seller


async def agree(
    session: WriteSession,
    seller_id: UUID,
    *,
    by_member: bool,
    shows_rewards: bool = False,
    staff: str | None = None,
    now: datetime,
) -> Seller:
    """The other side agrees; once both have, the seller is active. Again it changes nothing.

    The employer may say its reference for the seller with it, and the member what it shows.
    Raises: SellerNotFound, SellerStateConflict, InvalidSeller.
    """
    seller = await seller_by_id(session, seller_id)
    if seller.state == SellerState.ENDED:
        raise SellerStateConflict(seller.state, "agreed to")
    if _said(seller, by_member=by_member):
        return seller
    side: dict[str, Any] = (
        {"member_agreed_at": now, "shows_rewards": shows_rewards} if by_member else {"employer_agreed_at": now}
    )
    if not by_member and staff is not None:
        side["staff"] = staff
    return await _moved(session, seller, {**side, "state": SellerState.ACTIVE, "since": now}, "agreed to")


async def end(session: WriteSession, seller_id: UUID, *, by: EndedBy, now: datetime) -> Seller:
    """Either side ends it, at once; again it changes nothing. Raises: SellerNotFound."""
    seller = await seller_by_id(session, seller_id)
    if seller.state == SellerState.ENDED:
        return seller
    return await _moved(session, seller, {"state": SellerState.ENDED, "ended_at": now, "ended_by": by}, "ended")


async def permit(session: WriteSession, employer_id: PartnerId, command: Permit, *, now: datetime) -> SellerPermission:
    """Let a maker reward the staff of an employer; what it was let before ends with it.

    Raises: PartnerNotFound, InvalidSeller.
    """
    if command.maker_id == employer_id:
        raise InvalidSeller("an employer needs no permission of its own", path=("maker",))
    if await session.get(Partner, command.maker_id) is None:
        raise PartnerNotFound
    await _revoke(session, employer_id, command.maker_id, now)
    given = SellerPermission(
        permission_id=new_id(),
        employer_id=employer_id,
        maker_id=command.maker_id,
        skus=sorted(command.skus),
        most_units=command.most_units,
        given_at=now,
    )
    session.add(given)
    await session.flush()
    return given


async def revoke(
    session: WriteSession, employer_id: PartnerId, maker_id: PartnerId, *, now: datetime
) -> SellerPermission:
    """Let a maker reward the staff no more: nothing is registered, and nothing paid that is not paid yet.

    Raises: SellerPermissionNotFound.
    """
    revoked = await _revoke(session, employer_id, maker_id, now)
    if revoked is None:
        raise SellerPermissionNotFound
    return revoked


async def set_own_sales(session: WriteSession, employer_id: PartnerId, *, earn: bool, now: datetime) -> SellerSetting:
    """Say whether an employer's sellers earn on what they buy where they sell. By itself they do not."""
    values = {"own_sales_earn": earn, "changed_at": now}
    row = SellerSetting
    setting = insert(row).values(partner_id=employer_id, **values)
    setting = setting.on_conflict_do_update(index_elements=["partner_id"], set_=values)
    done = await session.scalars(setting.returning(row), execution_options={"populate_existing": True})
    return done.one()


async def own_sales_earn(session: ReadSession, employer_id: PartnerId) -> bool:
    """Whether the sellers of an employer earn on what they buy where they sell."""
    row = SellerSetting
    found = select(row.own_sales_earn).where(
        col(row.partner_id) == employer_id, concerning(sight_of(session), col(row.partner_id))
    )
    return bool(await session.scalar(found))


async def seller_by_id(session: ReadSession, seller_id: UUID) -> Seller:
    """A seller of the viewer's: its employer's, or the member itself. Raises: SellerNotFound."""
    found = select(Seller).where(col(Seller.seller_id) == seller_id).execution_options(populate_existing=True)
    seller = (await session.scalars(found)).first()
    if seller is None or not _concerns(session, seller):
        raise SellerNotFound
    return seller


async def sellers_page(
    session: ReadSession, request: PageRequest, *, states: Sequence[SellerState] = ()
) -> Page[Seller]:
    """The viewer's staff, as its employer, the newest first."""
    found = select(Seller).where(concerning(sight_of(session), col(Seller.employer_id)))
    if states:
        found = found.where(col(Seller.state).in_(states))
    if request.after is not None:
        found = found.where(col(Seller.seller_id) < request.after[0])
    rows = await session.scalars(found.order_by(col(Seller.seller_id).desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda one: (one.seller_id,))


async def jobs_of(session: ReadSession, member_id: UUID) -> list[Seller]:
    """Where a member sells, has sold, or was proposed to, the newest first."""
    own = select(Seller).where(col(Seller.member_id) == member_id).order_by(col(Seller.seller_id).desc())
    return list(await session.scalars(own.limit(200)))


async def permissions_of(session: ReadSession, *, standing: bool = True) -> list[SellerPermission]:
    """What employers allow makers, as far as the viewer is one of the two, the newest first."""
    row = SellerPermission
    found = select(row).where(concerning(sight_of(session), col(row.employer_id), col(row.maker_id)))
    if standing:
        found = found.where(col(row.revoked_at).is_(None))
    ordered = found.order_by(col(row.permission_id).desc()).limit(500)
    return list(await session.scalars(ordered))


async def _standing(session: WriteSession, command: ProposeSeller) -> Seller | None:
    here = (col(Seller.member_id) == command.member.member_id, col(Seller.outlet_id) == command.outlet_id)
    found = select(Seller).where(*here, col(Seller.state) != SellerState.ENDED)
    return (await session.scalars(found.execution_options(populate_existing=True))).first()


async def _revoke(
    session: WriteSession, employer_id: PartnerId, maker_id: PartnerId, now: datetime
) -> SellerPermission | None:
    row = SellerPermission
    standing = (col(row.employer_id) == employer_id, col(row.maker_id) == maker_id, col(row.revoked_at).is_(None))
    moving = update(row).where(*standing).values(revoked_at=now).returning(row)
    return (await session.execute(moving.execution_options(populate_existing=True))).scalar_one_or_none()


async def _moved(session: WriteSession, seller: Seller, columns: dict[str, Any], step: str) -> Seller:
    """Write a step, provided that nobody else has taken one since the seller was read."""
    as_read = (
        col(Seller.seller_id) == seller.seller_id,
        col(Seller.state) == seller.state,
        col(Seller.employer_agreed_at).is_not_distinct_from(seller.employer_agreed_at),
        col(Seller.member_agreed_at).is_not_distinct_from(seller.member_agreed_at),
    )
    moving = update(Seller).where(*as_read).values(**columns).returning(Seller)
    moved = (await session.execute(moving.execution_options(populate_existing=True))).scalar_one_or_none()
    if moved is None:
        raise SellerStateConflict("changed by somebody else in the meantime", step)
    return moved


def _said(seller: Seller, *, by_member: bool) -> bool:
    return (seller.member_agreed_at if by_member else seller.employer_agreed_at) is not None


def _concerns(session: ReadSession, seller: Seller) -> bool:
    seen = sight_of(session).value
    return seen in {"coalition", f"partner:{seller.employer_id}", f"member:{seller.member_id}"}
