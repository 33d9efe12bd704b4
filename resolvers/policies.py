"""Who may: questions about a viewer and a row, asked before the domain is."""

from __future__ import annotations

from uuid import UUID

from domain.coalition.errors import OutletNotFound
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from partners.errors import WrongAudience
from partners.viewer import Audience, Viewer


def acting_partner(viewer: Viewer) -> UUID:
    """The partner for whose own affairs the viewer acts; it comes from the credential, never from the request.

    Raises: WrongAudience; also for a client that acts on behalf of a member: a grant opens the member's affairs alone.
    """
    if viewer.on_behalf_of is not None:
        raise WrongAudience(
            "This is the partner's own affair; ask with its client's own token, not with a member's grant."
        )
    return serving_partner(viewer)


def serving_partner(viewer: Viewer) -> UUID:
    """The partner that serves a member: by its own means, or on behalf of the member. Raises: WrongAudience."""
    if viewer.audience is not Audience.PARTNER or viewer.partner_id is None:
        raise WrongAudience("This is done by a partner; sign in as one of its clients or people.")
    return viewer.partner_id


def acting_for(viewer: Viewer, partner_id: UUID | None) -> UUID:
    """The partner that a step is for: one's own, or the one that the coalition's people name. Raises: WrongAudience."""
    if viewer.audience is Audience.COALITION and partner_id is not None:
        return partner_id
    own = acting_partner(viewer)
    if partner_id not in {None, own}:
        raise WrongAudience("You act for your own partner only.")
    return own


def acting_member(viewer: Viewer) -> tuple[UUID, UUID]:
    """The member's wallet and id. Raises: WrongAudience."""
    if viewer.audience is not Audience.MEMBER or viewer.wallet_id is None or viewer.member_id is None:
        raise WrongAudience("This is a member's own; sign in as the member.")
    return viewer.wallet_id, viewer.member_id


def member_meant(viewer: Viewer) -> KnownMember:
    """The member whose affairs these are: the one who is signed in, or on whose behalf a storefront asks.

    Raises: WrongAudience; also for a till, since whoever stands at it shows a card.
    """
    if viewer.on_behalf_of is None:
        wallet_id, member_id = acting_member(viewer)
        return KnownMember(wallet_id=wallet_id, member_id=member_id, kind=MemberKind.CONSUMER, pairwise_id=member_id)
    if viewer.outlet_id is not None:
        raise WrongAudience("A till acts for no member; the member shows a card.")
    return viewer.on_behalf_of


def acting_person(viewer: Viewer) -> UUID:
    """The person who answers for a step. Raises: WrongAudience."""
    if viewer.person_id is None:
        raise WrongAudience("A person has to do this by name; sign in.")
    return viewer.person_id


def at_own_till(viewer: Viewer, outlet_id: UUID | None) -> UUID | None:
    """The outlet to record: a client bound to one speaks for no other. Raises: OutletNotFound."""
    if viewer.outlet_id is None:
        return outlet_id
    if outlet_id not in {None, viewer.outlet_id}:
        raise OutletNotFound
    return viewer.outlet_id
