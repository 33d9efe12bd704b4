"""Everybody who may ask: each role of a person, each kind of client, a member, and nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from domain.ids import ClientId, MemberId, OutletId, PartnerId, PersonId, WalletId
from partners.scopes import (
    COALITION_CEILING,
    MEMBER_SCOPES,
    PARTNER_CEILING,
    PURPOSE_OF_SCOPE,
    PersonRole,
    scopes_of_roles,
)
from partners.viewer import NOBODY, Audience, Viewer
from partners.webhooks import viewing
from tests.isolation.sides import Side
from tests.isolation.world import World

CLIENT, TILL, OPERATOR, MEMBER, STRANGER = "client", "till", "COALITION client", "member", "nobody"
ON_BEHALF, WEBHOOK, SUSPENDED = "client on behalf of a member", "webhook", "client of a suspended partner"
GRANTED = {f"public client with {scope}": scope for scope in sorted(PURPOSE_OF_SCOPE)}
"""A member's grant to a program that can keep no secret, of one single scope."""
ROLES = (
    *(CLIENT, TILL, WEBHOOK, SUSPENDED, ON_BEHALF, *GRANTED),
    *(role.value for role in PersonRole if not role.of_coalition),
    OPERATOR,
    *(role.value for role in PersonRole if role.of_coalition),
    *(MEMBER, STRANGER),
)

EVERYTHING = PARTNER_CEILING | scopes_of_roles(role for role in PersonRole if not role.of_coalition)
"""All that anybody of a partner may hold."""


def viewer_in(role: str, side: Side) -> Viewer:
    """Somebody in a role; of this shop, where the role is a partner's."""
    if role in GRANTED:
        return replace(on_behalf(side), scopes=frozenset({GRANTED[role]}))
    made = MAKERS.get(role)
    return made(side) if made is not None else _person(PersonRole(role), side)


def as_a_client(side: Side) -> Viewer:
    """The shop's client with all that one may hold."""
    return Viewer(
        audience=Audience.PARTNER,
        scopes=PARTNER_CEILING,
        partner_id=side.partner_id,
        client_id=ClientId(side.client_id),
        sandbox=True,
    )


def as_a_webhook(side: Side) -> Viewer:
    """What the shop's webhook is rendered as."""
    client_id = ClientId(side.client_id)
    return viewing.as_client(
        partner_id=side.partner_id, client_id=client_id, outlet_id=None, scopes=PARTNER_CEILING, sandbox=True
    )


def as_the_operator(_side: Side) -> Viewer:
    """The coalition's own client."""
    client_id = ClientId(UUID(int=0xC0))
    return Viewer(audience=Audience.COALITION, scopes=COALITION_CEILING, client_id=client_id, sandbox=True)


def as_partner(partner_id: PartnerId) -> Viewer:
    """The strongest that a partner's people and programs could be together."""
    return Viewer(
        audience=Audience.PARTNER,
        scopes=EVERYTHING,
        partner_id=partner_id,
        person_id=PersonId(UUID(int=0xFEED)),
        fresh_at=datetime.now(UTC),
    )


def as_member(side: Side) -> Viewer:
    """The shop's own member, signed in."""
    return Viewer(
        audience=Audience.MEMBER,
        scopes=MEMBER_SCOPES,
        member_id=MemberId(side.member.member_id),
        wallet_id=WalletId(side.member.wallet_id),
        fresh_at=datetime.now(UTC),
    )


def on_behalf(side: Side) -> Viewer:
    """The shop's client with all that its member could grant it."""
    return Viewer(
        audience=Audience.PARTNER,
        scopes=frozenset(PURPOSE_OF_SCOPE),
        partner_id=side.partner_id,
        client_id=ClientId(side.client_id),
        on_behalf_of=side.member,
    )


def attackers(world: World) -> Mapping[str, Viewer]:
    """Who is after what the shop named Birch has."""
    return {
        "rival": as_partner(world.amber.partner_id),
        "maker": as_partner(world.maker),
        "wholesaler": as_partner(world.wholesaler),
        "member": as_member(world.amber),
        "storefront": on_behalf(world.amber),
    }


def _person(role: PersonRole, side: Side) -> Viewer:
    viewer = Viewer(
        audience=Audience.COALITION,
        scopes=scopes_of_roles([role]),
        person_id=PersonId(UUID(int=0xA11CE)),
        fresh_at=datetime.now(UTC),
    )
    if role.of_coalition:
        return viewer
    return replace(viewer, audience=Audience.PARTNER, partner_id=side.partner_id, person_id=side.person_id)


MAKERS: Mapping[str, Callable[[Side], Viewer]] = {
    CLIENT: as_a_client,
    TILL: lambda side: replace(as_a_client(side), outlet_id=OutletId(side.outlet_id)),
    SUSPENDED: as_a_client,
    WEBHOOK: as_a_webhook,
    ON_BEHALF: on_behalf,
    OPERATOR: as_the_operator,
    MEMBER: as_member,
    STRANGER: lambda _side: NOBODY,
}
