"""Wallets: what a member has, what is coming, what expires when, who funded it, and what happened."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import strawberry

from domain.coalition import models as coalition_models
from domain.earning.commands import AwardGiven
from domain.ledger import queries
from domain.ledger.models import Account, EntryKind, TransferKind
from domain.paging import Page, PageRequest
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, members, watching
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import or_null
from schema.limits import Cost
from schema.partners import Outlet, Partner
from schema.permissions import needs
from schema.shape import shows

if TYPE_CHECKING:
    from schema.awards import Award

Awards = list[Annotated["Award", strawberry.lazy("schema.awards")]]


@strawberry.type
@shows(queries.Share)
class Share:
    """Points that one partner funded."""

    points: Points
    """How many."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def sponsor(share: strawberry.Parent[queries.Share], info: Info) -> coalition_models.Partner:
        """Who funded them."""
        return await coalition.partner(info.context, share.sponsor_id)


@strawberry.type
@shows(queries.Due)
class Due:
    """Points to which something happens at an instant."""

    at: datetime
    """When."""
    points: Points
    """How many."""


@strawberry.type
@shows(queries.Movement)
class Movement:
    """Points that moved from one account to another."""

    kind: TransferKind
    """What happened to them."""
    debit: Account
    """Where they came from."""
    credit: Account
    """Where they went."""
    points: Points
    """How many."""
    available_at: datetime | None
    """From when on awarded points can be spent."""
    expires_at: datetime | None
    """When awarded points expire; null for never, or for a term that runs from inactivity."""

    @strawberry.field(graphql_type=Partner)
    @staticmethod
    async def sponsor(movement: strawberry.Parent[queries.Movement], info: Info) -> coalition_models.Partner:
        """Who funded them."""
        return await coalition.partner(info.context, movement.sponsor_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def redeemer(movement: strawberry.Parent[queries.Movement], info: Info) -> coalition_models.Partner | None:
        """Who gave value for them."""
        return await coalition.partner_or_none(info.context, movement.redeemer_id)


@strawberry.type
@shows(queries.Activity)
class Activity:
    """Something that happened in a wallet."""

    kind: EntryKind
    """What."""
    change: Points
    """By how much it changed what the member has, waiting and held points included; negative when spent."""
    occurred_at: datetime
    """When, by the partner's clock."""
    posted_at: datetime
    """When it was recorded, by ours."""
    reference: str | None
    """The partner's own number, such as the receipt's."""
    version: int
    """Its place in the wallet's history, counted from one."""
    funded_by: list[Share]
    """Whose points moved."""
    movements: list[Movement]
    """Every movement of points."""

    @strawberry.field(graphql_type=Awards, directives=[Cost(weight=5)])
    @staticmethod
    async def awards(activity: strawberry.Parent[queries.Activity], info: Info) -> tuple[AwardGiven, ...]:
        """What a purchase earned, campaign by campaign, and why; empty for all else."""
        return await members.awards_of(info.context, activity)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(activity: strawberry.Parent[queries.Activity], info: Info) -> coalition_models.Partner | None:
        """Where it happened; null for what the coalition's books do by themselves, such as expiry."""
        return await coalition.partner_or_none(info.context, activity.partner_id)

    @strawberry.field(graphql_type=Outlet | None)
    @staticmethod
    async def outlet(activity: strawberry.Parent[queries.Activity], info: Info) -> coalition_models.Outlet | None:
        """In which shop."""
        return await coalition.outlet_or_none(info.context, activity.outlet_id)


Place = Annotated[int, strawberry.argument(description="Its `version`.")]
At = Annotated[datetime, strawberry.argument(description="The instant; what happened at it is counted in.")]


@strawberry.type
@shows(queries.PastBalance)
class PastBalance:
    """A member's points as they stood at an instant of the past: what the wallet said then."""

    available: Points
    """What could be spent."""
    pending: Points
    """What waited until its return window was over."""
    held: Points
    """What was set aside for redemptions not yet finished."""
    debt: Points
    """What was owed after returns."""
    version: int
    """How many things had happened in the wallet."""
    funded_by: list[Share]
    """Who had funded what could be spent or waited, most first; to a partner its own part."""
    expiries: list[Due]
    """What of it was to expire when, soonest first."""


@strawberry.type
@shows(queries.Balance)
class Wallet:
    """A member's points, as they stand now."""

    available: Points
    """What can be spent now."""
    pending: Points
    """What waits until its return window is over."""
    held: Points
    """What is set aside for redemptions not yet finished."""
    debt: Points
    """What is owed after returns; later earnings pay it first."""
    version: int
    """How many things have happened in the wallet."""
    funded_by: list[Share]
    """Who funded what can be spent or waits, most first; to a partner its own part."""
    releases: list[Due]
    """What waits, and until when."""
    expiries: list[Due]
    """What of it expires when, soonest first."""

    @strawberry.field(
        graphql_type=Connection[Activity], extensions=[needs(Scope.HISTORY_READ, Scope.PURCHASES_READ), paged()]
    )
    @staticmethod
    async def activity(
        wallet: strawberry.Parent[queries.Balance], info: Info, page: PageRequest
    ) -> Page[queries.Activity]:
        """What happened, newest first; to a partner what it recorded itself."""
        return await members.activity_of(info.context, wallet.wallet_id, page)

    @strawberry.field(graphql_type=Activity | None, extensions=[needs(Scope.HISTORY_READ, Scope.PURCHASES_READ)])
    @staticmethod
    async def entry(wallet: strawberry.Parent[queries.Balance], info: Info, version: Place) -> queries.Activity | None:
        """One thing that happened, by its place in the history; null where you see nothing there."""
        return await members.entry_of(info.context, wallet.wallet_id, version)

    @strawberry.field(
        graphql_type=PastBalance | None,
        extensions=[needs(Scope.HISTORY_READ, Scope.PURCHASES_READ), or_null],
    )
    @staticmethod
    async def as_of(wallet: strawberry.Parent[queries.Balance], info: Info, at: At) -> queries.PastBalance:
        """The wallet as it stood at an instant; null without consent to its history."""
        return await members.balance_as_of(info.context, wallet.wallet_id, at)


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a member has once something was done."""

    wallet_id: UUID | None = None
    available: Points | None = None
    pending: Points | None = None
    debt: Points | None = None


UNTOLD = Left()


@strawberry.type
class Afterwards:
    """What the member has once it was done; told with the member's consent (BALANCE)."""

    left: strawberry.Private[Left] = UNTOLD

    @strawberry.field
    async def available(self, info: Info) -> Points | None:
        """What the member can spend afterwards; null without consent."""
        return (await self._told(info)).available

    @strawberry.field
    async def pending(self, info: Info) -> Points | None:
        """What waits afterwards; null without consent."""
        return (await self._told(info)).pending

    @strawberry.field
    async def debt(self, info: Info) -> Points | None:
        """What the member owes afterwards; null without consent."""
        return (await self._told(info)).debt

    async def _told(self, info: Info) -> Left:
        """What may be told of it."""
        wallet_id = self.left.wallet_id
        told = wallet_id is not None and await members.tells_balance(info.context, wallet_id)
        return self.left if told else UNTOLD


After = Annotated[
    int | None, strawberry.argument(description="The `version` you have seen; what came after it is told at once.")
]


@strawberry.type
class WalletSubscription:
    """Wallets as they change."""

    @strawberry.subscription(graphql_type=Wallet, extensions=[needs(Scope.BALANCE_READ)])
    @staticmethod
    async def my_wallet_changed(info: Info, after: After = None) -> AsyncGenerator[Any, None]:
        """Your wallet whenever something happened in it, within a second; begins with the wallet as it stands.

        To a storefront that acts on behalf of a member, the member's.
        """
        async for wallet in watching.wallet(info.context, members.me(info.context), after=after):
            yield wallet
