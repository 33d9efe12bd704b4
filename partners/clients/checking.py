"""What a client must be to be kept: in its place, below its ceilings, with a credential that its scopes allow."""

from __future__ import annotations

from sqlmodel import col, select

from domain.coalition.errors import PartnerNotFound
from domain.coalition.models import Outlet, Partner
from domain.errors import InvalidValue, NotFound
from domain.ids import OutletId, PartnerId
from domain.storage import COALITION, ReadSession, sight_of
from partners.clients.ceilings import ceiling_of
from partners.clients.models import Client, ClientAuthMethod
from partners.errors import AddressRefused, DpopRequired, KeyRequired, ScopeAboveCeiling
from partners.fetching import Outbound
from partners.scopes import PURPOSE_OF_SCOPE, READING, VALUE_MOVING, Scope, known

LONGEST_NAME = 100


def check_name(name: str) -> None:
    """Raises: InvalidValue."""
    if not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        raise InvalidValue(f"A name has between 1 and {LONGEST_NAME} printable characters.", path=("name",))


async def check_place(session: ReadSession, partner_id: PartnerId | None, outlet_id: OutletId | None) -> None:
    """The partner exists, and the outlet is the partner's own. Raises: PartnerNotFound, NotFound."""
    if partner_id is not None:
        partner = select(Partner.partner_id).where(col(Partner.partner_id) == partner_id)
        if await session.scalar(partner) is None:
            raise PartnerNotFound
    if outlet_id is not None:
        outlet = select(Outlet.outlet_id).where(
            col(Outlet.outlet_id) == outlet_id, col(Outlet.partner_id) == partner_id
        )
        if await session.scalar(outlet) is None:
            raise NotFound("There is no such outlet.", path=("outlet",))


async def check_scopes(session: ReadSession, partner_id: PartnerId | None, scopes: frozenset[Scope]) -> None:
    """Raises: InvalidValue, ScopeAboveCeiling."""
    if not scopes:
        raise InvalidValue("A client needs at least one scope.", path=("scopes",))
    most = await ceiling_of(session, partner_id)
    if not scopes <= most:
        raise ScopeAboveCeiling(scopes - most)


def check_credential(client: Client) -> None:
    """What the client proves itself with is enough for its scopes. Raises: KeyRequired, InvalidValue."""
    scopes = known(client.scopes)
    if client.auth_method == ClientAuthMethod.CLIENT_SECRET_BASIC and not client.sandbox and not scopes <= READING:
        raise KeyRequired(scopes - READING)
    if client.auth_method == ClientAuthMethod.NONE and not scopes <= set(PURPOSE_OF_SCOPE):
        raise InvalidValue("A public client holds only what members grant.", path=("scopes",))


def check_binding(session: ReadSession, client: Client) -> None:
    """Tokens that move value outside a sandbox are bound to a key, unless the coalition decides otherwise.

    Raises: DpopRequired.
    """
    if needs_binding(client) and not client.dpop_bound and sight_of(session) != COALITION:
        raise DpopRequired(known(client.scopes) & VALUE_MOVING)


def needs_binding(client: Client) -> bool:
    """Whether tokens of a client with these scopes are to be bound to its key."""
    return not client.sandbox and bool(known(client.scopes) & VALUE_MOVING)


def checked_address(url: str | None, outbound: Outbound, *, sandbox: bool) -> str | None:
    """An address of keys, as far as its words tell; what it leads to is seen when it is fetched.

    Raises: AddressRefused.
    """
    if url is not None:
        try:
            outbound.target(url, sandbox=sandbox)
        except AddressRefused as refused:
            raise refused.at("keySetUrl") from None
    return url
